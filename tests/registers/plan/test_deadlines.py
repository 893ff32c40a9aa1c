"""The parser of deadlines: each rule by an example, and what has to hold for any date and any words."""

import itertools
import re
import string
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwap_analysis.registers.plan import PLAN_PUBLISHED, RULES, Deadline, read_deadlines
from arwap_analysis.registers.plan.calendar import MONTHS
from arwap_analysis.registers.plan.read_deadlines import find_dates

LONG = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December"]  # fmt: skip

ONE = {
    "April 2023": ("month", "2023-04-01", "2023-04-30"),
    "In place by end of 2023.": ("end_of_period", "2023-12-31", "2023-12-31"),
    "By Summer 2023": ("season", "2023-06-01", "2023-08-31"),
    "June 2022": ("month", "2022-06-01", "2022-06-30"),
    "2022 to 2023": ("financial_year", "2022-04-01", "2023-03-31"),
    "2024-25": ("financial_year", "2024-04-01", "2025-03-31"),
    "2024\u201325": ("financial_year", "2024-04-01", "2025-03-31"),
    "end of financial year 2022-23": ("end_of_period", "2023-03-31", "2023-03-31"),
    "2022-2025": ("years", "2022-01-01", "2025-12-31"),
    "academic year 2022-23": ("academic_year", "2022-09-01", "2023-08-31"),
    "31 March 2024": ("day", "2024-03-31", "2024-03-31"),
    "31st\u00a0March 2024": ("day", "2024-03-31", "2024-03-31"),
    "31/03/2024": ("day", "2024-03-31", "2024-03-31"),
    "2024-03-31": ("day", "2024-03-31", "2024-03-31"),
    "Autumn 2022": ("season", "2022-09-01", "2022-11-30"),
    "Winter 2023-24": ("season", "2023-12-01", "2024-02-29"),
    "Spring/Summer 2023": ("span", "2023-03-01", "2023-08-31"),
    "Q3 2023": ("quarter", "2023-07-01", "2023-09-30"),
    "Q3 2023-24": ("financial_quarter", "2023-10-01", "2023-12-31"),
    "first half of 2024": ("half_year", "2024-01-01", "2024-06-30"),
    "mid-2023": ("part_of_year", "2023-06-30", "2023-06-30"),
    "late March 2024": ("part_of_month", "2024-03-21", "2024-03-31"),
    "By 2030": ("year", "2030-01-01", "2030-12-31"),
    "by the end of this Senedd term": ("senedd_term", "2026-05-07", "2026-05-07"),
    "Within 12 months of publication": ("within", "2023-06-07", "2023-06-07"),
    "Within six months of April 2023": ("within", "2023-10-30", "2023-10-30"),
    "Before April 2024": ("before", "2024-03-31", "2024-03-31"),
    "September 2022 to March 2023": ("span", "2022-09-01", "2023-03-31"),
    "April - June 2023": ("span", "2023-04-01", "2023-06-30"),
    "between June 2022 and March 2023": ("span", "2022-06-01", "2023-03-31"),
    "March 2023/24": ("month", "2024-03-01", "2024-03-31"),
    "Ongoing": ("ongoing", None, None),
    "Annually": ("recurring", None, None),
    "Every six months": ("recurring", None, None),
    "From April 2023": ("start", "2023-04-01", None),
    "Start June 2022": ("start", "2022-06-01", None),
    "start of June 2022": ("part_of_month", "2022-06-01", "2022-06-10"),
    "From 2022 to 2025": ("years", "2022-01-01", "2025-12-31"),
    "Year-end 2022/23": ("end_of_period", "2023-03-31", "2023-03-31"),
    "Before the end of 2023": ("end_of_period", "2023-12-31", "2023-12-31"),
    "By the end of the Government term, 2026": ("senedd_term", "2026-05-07", "2026-05-07"),
    "By May 2026 (end of Senedd term)": ("senedd_term", "2026-05-07", "2026-05-07"),
    "April 2023 onwards": ("start", "2023-04-01", None),
    "TBC": ("not_set", None, None),
    "Immediate": ("immediate", None, None),
    "Medium term": ("vague", None, None),
    "Completed": ("said_done", None, None),
    "Autumn term 2022": ("school_term", None, None),
}  # fmt: skip


@pytest.mark.parametrize("text", ONE)
def test_each_rule_reads_its_words(text):
    (found,) = read_deadlines(text)
    days = tuple(None if day is None else str(day) for day in (found.earliest, found.latest))
    assert (found.rule, *days) == ONE[text]


@pytest.mark.parametrize(
    "text",
    ["30 February 2023", "31/04/2023", "13/13/2023", "Within 12 months", "12-18 months", "30 April", "Year 1", "2023/4",
     "As required", "financial year 2023", "2023-2022", "Q5 2023", "end of the financial year", "April 22",
     "within 3 months of the appointment", "by the end of the next Senedd term", "Summer 2022/24"],
)  # fmt: skip
def test_words_that_name_no_day_are_listed_and_never_guessed(text):
    found = read_deadlines(text)
    assert [deadline.rule for deadline in found] == ["unread"]
    assert found[0].needs_attention
    assert text.casefold().endswith(found[0].text.casefold())


MANY = {
    "By end 2022. By summer 2023.": ["2022-12-31", "2023-08-31"],
    "\u2022 June 2022 \u2022 December 2023": ["2022-06-30", "2023-12-31"],
    "June 2022\nDecember 2023": ["2022-06-30", "2023-12-31"],
    "April and October 2023": ["2023-04-30", "2023-10-31"],
    "December 2022/January 2023": ["2022-12-31", "2023-01-31"],
    "Phase 1: June 2022. Phase 2: June 2023.": ["2022-06-30", "2023-06-30"],
    "April 2023 and annually thereafter": ["2023-04-30", "None"],
    "2022-23 and 2023-24": ["2023-03-31", "2024-03-31"],
}


@pytest.mark.parametrize("text", MANY)
def test_several_deadlines_in_one_cell_are_each_read(text):
    assert [str(deadline.latest) for deadline in read_deadlines(text)] == MANY[text]


def test_words_beside_a_date_say_what_is_due_then():
    found = read_deadlines("by December 2022 (strategy) and March 2023 (delivery plan)")
    assert [deadline.label for deadline in found] == ["strategy", "delivery plan"]


def test_a_time_beside_a_date_that_was_read_is_listed_as_unread():
    assert [d.rule for d in read_deadlines("June 2023, then after 3 terms")] == ["month", "unread"]


@pytest.mark.parametrize("text", ["", "  ", "\u00a0", "-", "N/A", "n/a."])
def test_a_cell_that_says_nothing_has_no_deadline(text):
    assert read_deadlines(text) == ()


@pytest.mark.parametrize(
    ("text", "doubt"),
    [("2022 to 2023", "2023-12-31"), ("Q3 2023", "2023-12-31"), ("Winter 2022", "a year earlier"),
     ("March 2020", "before the Plan"), ("Completed June 2022", "a claim"), ("Hydref 2022", "'hydref'")],
)  # fmt: skip
def test_words_that_allow_another_reading_are_doubted(text, doubt):
    (found,) = read_deadlines(text)
    assert doubt in found.doubt
    assert found.needs_attention


def test_the_publication_of_the_plan_can_be_another_day():
    (found,) = read_deadlines("Within 12 months of publication", published=date(2024, 2, 29))
    assert found.latest == date(2025, 2, 28)


def test_a_sentence_gives_its_dates_and_not_the_year_of_an_act():
    found = find_dates("Under the Equality Act 2010, embedded by June 2022; a 2030 vision, and all done by 2025.")
    assert [str(deadline.latest) for deadline in found] == ["2022-06-30", "2025-12-31"]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_deadline_keeps_the_promise_of_its_rule(rule):
    day = date(2023, 4, 30)
    dated = {True, False}
    for has_day in (True, False):
        try:
            Deadline("x", rule, day if has_day else None, day if has_day else None)
        except ValueError:
            dated.discard(has_day)
    assert len(dated) == 1


days = st.dates(date(2022, 6, 8), date(2099, 12, 31))
LEADS = st.sampled_from(["", "By ", "by ", "In place by ", "No later than ", "\u2022 ", "Complete by ", "Due "])


@given(days, LEADS, st.sampled_from(["", ".", " ", ";"]))
def test_any_day_is_read_as_itself_however_it_is_written(day, lead, tail):
    name = LONG[day.month - 1]
    for written in (
        f"{day.day} {name} {day.year}",
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{name[:3]} {day.day}, {day.year}",
    ):
        (found,) = read_deadlines(f"{lead}{written}{tail}")
        assert (found.earliest, found.latest, found.rule, found.doubt) == (day, day, "day", "")


@given(days, LEADS)
def test_any_month_ends_on_the_day_before_the_next_begins(day, lead):
    (found,) = read_deadlines(f"{lead}{LONG[day.month - 1]} {day.year}")
    assert found.earliest == day.replace(day=1)
    assert found.latest + timedelta(days=1) == (found.earliest + timedelta(days=32)).replace(day=1)


@given(st.integers(2023, 2098))
def test_the_seasons_of_a_year_follow_each_other_without_a_gap(year):
    read = [read_deadlines(f"{season} {year}")[0] for season in ("Spring", "Summer", "Autumn")]
    read.append(read_deadlines(f"Winter {year}-{(year + 1) % 100:02d}")[0])
    for one, other in itertools.pairwise(read):
        assert one.latest + timedelta(days=1) == other.earliest


@given(st.integers(2023, 2098))
def test_four_quarters_make_a_financial_year(year):
    years = f"{year}-{(year + 1) % 100:02d}"
    quarters = [read_deadlines(f"Q{n} {years}")[0] for n in (1, 2, 3, 4)]
    (whole,) = read_deadlines(years)
    assert (quarters[0].earliest, quarters[3].latest) == (whole.earliest, whole.latest)


@given(st.lists(days, min_size=1, max_size=4), st.sampled_from([". ", "; ", "\n", " \u2022 ", ", ", " and "]))
def test_as_many_dates_as_are_written_are_read_in_their_order(several, apart):
    text = apart.join(f"by {day.day} {LONG[day.month - 1]} {day.year}" for day in several)
    assert [found.latest for found in read_deadlines(text)] == several


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_without_an_error_and_none_is_dropped(text):
    found = read_deadlines(text)
    assert (
        found
        or not any(character.isalpha() or character.isdigit() for character in text)
        or re.search("n/?a|none|not applicable", text.casefold())
    )
    for deadline in found:
        assert deadline.latest is None or deadline.earliest <= deadline.latest


@given(st.text(string.ascii_letters + " .,", min_size=1, max_size=40))
def test_words_without_a_digit_never_become_a_date_but_for_the_senedd(words):
    assert all(
        not deadline.is_dated or deadline.rule in ("senedd_term", "within") for deadline in read_deadlines(words)
    )


@given(st.integers(32, 99), st.sampled_from(MONTHS), st.integers(2023, 2099))
def test_a_day_that_no_month_has_is_never_read_as_its_month(day, month, year):
    assert [found.rule for found in read_deadlines(f"{day} {month} {year}")] == ["unread"]


@given(days, st.integers(1, 36))
def test_months_after_publication_are_counted_from_it(published, months):
    published = max(published, PLAN_PUBLISHED)
    if published.year + 4 > 2099:
        published = published.replace(year=2090, day=min(published.day, 28))
    (found,) = read_deadlines(f"Within {months} months of publication", published=published)
    assert (found.latest.year * 12 + found.latest.month) - (published.year * 12 + published.month) == months
