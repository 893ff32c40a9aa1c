"""How the Plan's words for times look, and the days that each means.

Patterns are tried in this order at the first place where any of them fits, so that the longer words come first: a day
before its month, a month before its year. A maker that raises ValueError says why the words mean no day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from arwap_analysis.registers.plan import calendar as cal
from arwap_analysis.registers.plan.deadline import SENEDD_TERMS, Deadline

__all__ = ["PATTERNS", "Maker"]

Maker = Callable[[re.Match[str], date], list[Deadline]]

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:19|20)\d\d"
_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eighteen|twenty-four)"
_ORDINAL = r"(?:first|second|third|fourth|last|1st|2nd|3rd|4th)"
# "Start June" begins something then; only "start of June" is a part of the month.
_PART = r"(?P<part>(?:early|mid(?:dle)?|late|end)(?: in| of| part of)?|(?:start|beginning) of)(?: the)?[ -]?"
_SEASON = "(?P<season>spring|summer|autumn|winter)"
_TWO = rf"(?P<first>{_YEAR}) ?(?P<how>-|/|to|until) ?(?P<last>{_YEAR}|\d\d(?!\d|-\d))"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_PUBLICATION = (
    r"(?:the |its |this )?(?:(?:date|day) of )?(?:the )?(?:plan'?s? )?(?:publication|launch)"
    r"(?: of (?:the|this) (?:action )?plan)?"
)
_KIND = "(?:financial|academic|school)"


def _dated(match: re.Match[str], rule: str, span: cal.Span, doubt: str = "") -> list[Deadline]:
    return [Deadline(match[0], rule, *span, doubt=doubt)]


def _end(match: re.Match[str], rule: str, span: cal.Span, doubt: str = "") -> list[Deadline]:
    """Return the period, or its last day alone where the words say that its end is meant."""
    if (match.groupdict().get("part") or "").startswith("end"):
        return _dated(match, "end_of_period", (span[1], span[1]), doubt)
    return _dated(match, rule, span, doubt)


def _day(match: re.Match[str], _: date) -> list[Deadline]:
    written = match["month"]
    place = int(written) if written.isdecimal() else cal.MONTHS.index(written[:3]) + 1
    day = date(int(match["year"]), place, int(match["day"]))
    return _dated(match, "day", (day, day))


def _month(match: re.Match[str], _: date) -> list[Deadline]:
    return _dated(match, "month", cal.month(match["month"], int(match["year"])))


def _iso_month(match: re.Match[str], _: date) -> list[Deadline]:
    place = int(match["month"])
    if not 1 <= place <= 12:
        raise ValueError(f"a year has no month {place}")
    return _dated(match, "month", cal.month(cal.MONTHS[place - 1], int(match["year"])))


def _part_of_month(match: re.Match[str], _: date) -> list[Deadline]:
    year = int(match["year"])
    if match["part"].startswith("end"):
        return _end(match, "month", cal.month(match["month"], year))
    return _dated(match, "part_of_month", cal.part_of_month(match["part"], match["month"], year))


def _months(match: re.Match[str], _: date) -> list[Deadline]:
    """Read two months of one year: from one to the other, or one and the other."""
    year = int(match["year"])
    one, other = cal.month(match["one"], year), cal.month(match["other"], year)
    if match["how"] in ("and", "&", "/", "or", ","):
        return [Deadline(match["one"], "month", *one), Deadline(match[0], "month", *other)]
    if one[0] > other[0]:
        raise ValueError("the first month comes after the second")
    return _dated(match, "span", (one[0], other[1]))


def _month_of_financial_year(match: re.Match[str], _: date) -> list[Deadline]:
    first, last = int(match["first"]), int(match["last"])
    if last % 100 != (first + 1) % 100:
        raise ValueError("the second year does not follow the first")
    in_second = cal.MONTHS.index(match["month"][:3]) < 3
    span = cal.month(match["month"], first + in_second)
    return _dated(match, "month", span, "read as the month of a financial year")


def _seasons(match: re.Match[str], _: date) -> list[Deadline]:
    """Read two seasons of one year: one or the other, or one and the other."""
    year = int(match["year"])
    one, other = cal.season(match["one"], year), cal.season(match["other"], year)
    if match["how"] in ("and", "&", ","):
        return [Deadline(match["one"], "season", *one), Deadline(match[0], "season", *other)]
    if one[0] > other[0]:
        raise ValueError("the first season comes after the second")
    return _dated(match, "span", (one[0], other[1]))


def _season(match: re.Match[str], _: date) -> list[Deadline]:
    year, part = int(match["year"]), match["part"] or ""
    second = match["second"]
    if second and (match["season"] != "winter" or int(second) % 100 != (year + 1) % 100):
        raise ValueError("a season lies in one year")
    span = cal.season(match["season"], year)
    doubt = ""
    if match["season"] == "winter" and not second:
        doubt = f"the winter that ends in {year} would be over a year earlier"
    if part.startswith(("early", "start", "begin")):
        return _dated(match, "season", (span[0], cal.add_months(span[0], 1) - timedelta(days=1)), doubt)
    if part.startswith("mid"):
        middle = cal.add_months(span[0], 1)
        return _dated(match, "season", (middle, cal.add_months(middle, 1) - timedelta(days=1)), doubt)
    return _end(match, "season", span, doubt)


def _quarter(match: re.Match[str], _: date) -> list[Deadline]:
    place, year = cal.number(match["place"]), int(match["first"])
    financial = cal.quarter(place, year, financial=True)
    if match["last"]:
        if int(match["last"]) % 100 != (year + 1) % 100:
            raise ValueError("the two years of a quarter have to follow each other")
        return _end(match, "financial_quarter", financial)
    doubt = f"as a quarter of the financial year {year}-{(year + 1) % 100:02d} it would end on {financial[1]}"
    return _end(match, "quarter", cal.quarter(place, year, financial=False), doubt)


def _half(match: re.Match[str], _: date) -> list[Deadline]:
    place, year = cal.number(match["place"]), int(match["year"])
    if place not in (1, 2):
        raise ValueError("a year has two halves")
    span = (date(year, 1, 1), date(year, 6, 30)) if place == 1 else (date(year, 7, 1), date(year, 12, 31))
    return _dated(match, "half_year", span)


def _years(match: re.Match[str], _: date) -> list[Deadline]:
    first, last = int(match["first"]), int(match["last"])
    short = last < 100
    last += first - first % 100 if short else 0
    if last <= first:
        raise ValueError("the second year does not come after the first")
    if "academic" in match[0] or "school" in match[0]:
        if last != first + 1:
            raise ValueError("an academic year lies in two years that follow each other")
        return _end(match, "academic_year", cal.financial_year(first, first_month=9))
    if last == first + 1:
        plain = match["how"] in ("to", "until") or not short
        doubt = f"as two calendar years it would end on {last}-12-31" if plain and "financial" not in match[0] else ""
        return _end(match, "financial_year", cal.financial_year(first), doubt)
    return _end(match, "years", (date(first, 1, 1), date(last, 12, 31)))


def _part_of_year(match: re.Match[str], _: date) -> list[Deadline]:
    year = int(match["year"])
    if match["part"].startswith("end"):
        return _end(match, "year", cal.year(year))
    return _dated(match, "part_of_year", cal.part_of_year(match["part"], year))


def _year_end(match: re.Match[str], _: date) -> list[Deadline]:
    last = cal.year(int(match["year"] or match["before"]))[1]
    return _dated(match, "end_of_period", (last, last))


def _year(match: re.Match[str], _: date) -> list[Deadline]:
    return _dated(match, "year", cal.year(int(match["year"])))


def _within(match: re.Match[str], published: date) -> list[Deadline]:
    """Count from the publication of the Plan."""
    count, unit = cal.number(match["count"]), match["unit"]
    last = count_on(published, count, unit)
    return _dated(match, "within", (last, last))


def count_on(day: date, count: int, unit: str) -> date:
    """Return the day that lies so many days, weeks, months or years after another."""
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    return cal.add_months(day, count * (12 if unit == "year" else 1))


def _first_year(match: re.Match[str], published: date) -> list[Deadline]:
    last = cal.add_months(published, 12 * cal.number(match["count"] or "one"))
    return _dated(match, "within", (last, last))


def _senedd(match: re.Match[str], published: date) -> list[Deadline]:
    if "next" in match[0]:
        raise ValueError("the dates of the next Senedd are not in the list of terms")
    for first, last in SENEDD_TERMS:
        if first <= published < last:
            return _dated(match, "senedd_term", (last, last))
    raise ValueError("no Senedd of that time is in the list of terms")


def _recurring(match: re.Match[str], _: date) -> list[Deadline]:
    return [Deadline(match[0], "recurring", every_months=_months_between(match[0]))]


def _months_between(words: str) -> int | None:
    """Return how many months lie between one time and the next; None where the words allow more than one."""
    for months, hint in ((1, "month"), (3, "quarter"), (6, "twice a year"), (12, "year"), (12, "annu")):
        found = re.search(rf"every ({_NUMBER}) {hint}s?", words)
        if found:
            return cal.number(found[1]) * months
    if re.match(r"bi-?(annual|monthly|yearly)", words):
        return None
    if re.match(r"(six|6)[ -]monthly", words) or "twice a year" in words:
        return 6
    if re.match(r"(fortnight|week|term|dai)", words):
        return None
    return next(months for months, hint in ((3, "quarter"), (12, "annu"), (12, "year"), (1, "month")) if hint in words)


def _without_day(rule: str) -> Maker:
    return lambda match, _: [Deadline(match[0], rule)]


def _unreadable(reason: str) -> Maker:
    def refuse(_match: re.Match[str], _published: date) -> list[Deadline]:
        raise ValueError(reason)

    return refuse


def _pattern(expression: str, maker: Maker) -> tuple[re.Pattern[str], Maker]:
    return re.compile(rf"(?<!\w)(?:{expression})(?!\w)"), maker


PATTERNS: tuple[tuple[re.Pattern[str], Maker], ...] = (
    _pattern(rf"(?P<year>{_YEAR})-(?P<month>\d\d)-(?P<day>\d\d)", _day),
    _pattern(rf"(?P<day>\d{{1,2}})[/.](?P<month>\d{{1,2}})[/.](?P<year>{_YEAR})", _day),
    _pattern(rf"(?P<day>\d{{1,2}}) ?(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH}),? (?P<year>{_YEAR})", _day),
    _pattern(rf"(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>{_YEAR})", _day),
    _pattern(
        rf"(?P<one>{_MONTH}) ?(?P<how>-|/|,|&|to|until|and|or) ?(?P<other>{_MONTH})(?: of)?,? (?P<year>{_YEAR})",
        _months,
    ),
    _pattern(rf"(?P<month>{_MONTH}) (?P<first>{_YEAR})[-/](?P<last>{_YEAR}|\d\d)", _month_of_financial_year),
    _pattern(rf"{_PART}(?P<month>{_MONTH})(?: of)?,? (?P<year>{_YEAR})", _part_of_month),
    _pattern(rf"(?P<month>{_MONTH})(?: of)?,?[ -]?(?P<year>{_YEAR})(?![-/]\d\d)", _month),
    _pattern(
        rf"(?:{_PART})?{_SEASON}(?: school)? term(?: of)?,?(?: {_YEAR}(?:[-/]\d+)?)?", _without_day("school_term")
    ),
    _pattern(
        r"(?P<one>spring|summer|autumn) ?(?P<how>-|/|,|&|to|until|and|or) ?(?P<other>spring|summer|autumn|winter)"
        rf"(?: of)?,? (?P<year>{_YEAR})",
        _seasons,
    ),
    _pattern(rf"(?:{_PART})?{_SEASON}(?: of)?,? (?P<year>{_YEAR})(?:[-/](?P<second>\d{{2,4}}))?", _season),
    _pattern(
        rf"(?:{_PART})?(?:q|quarter )(?P<place>[1-9])(?: of|,)?(?: fy)? ?(?P<first>{_YEAR})"
        r"(?:[-/](?P<last>\d{2,4}))?",
        _quarter,
    ),
    _pattern(rf"(?P<first>{_YEAR})(?:[-/](?P<last>\d{{2,4}}))?,? (?:q|quarter )(?P<place>[1-9])", _quarter),
    _pattern(
        rf"(?:{_PART})?(?P<place>{_ORDINAL}) quarter(?: of)?(?: the)?(?: financial year)? "
        rf"(?P<first>{_YEAR})(?:[-/](?P<last>\d{{2,4}}))?",
        _quarter,
    ),
    _pattern(rf"(?P<place>{_ORDINAL}) half(?: of)? (?P<year>{_YEAR})", _half),
    _pattern(rf"h(?P<place>[12]) (?P<year>{_YEAR})", _half),
    _pattern(rf"(?:{_PART})?(?:{_KIND} year |fy ?)?{_TWO}(?: {_KIND} year)?", _years),
    _pattern(rf"(?:financial )?year[ -](?P<part>end)(?: of)?,? {_TWO}", _years),
    _pattern(rf"(?P<year>{_YEAR})-(?P<month>\d\d)", _iso_month),
    _pattern(
        rf"(?:{_PART})?{_KIND} year (?:of )?{_YEAR}", _unreadable("one year can belong to either of two such years")
    ),
    _pattern(rf"{_PART}(?:calendar )?(?:year )?(?P<year>{_YEAR})", _part_of_year),
    _pattern(rf"(?:year[ -]end|end of year),? (?P<year>{_YEAR})(?![/-]\d)|(?P<before>{_YEAR}) year[ -]end", _year_end),
    _pattern(rf"(?:within )?(?:the )?(?P<count>{_NUMBER}) {_UNIT} (?:of|from|after|following) {_PUBLICATION}", _within),
    _pattern(
        rf"(?:within )?(?:the )?first (?:(?P<count>{_NUMBER}) )?years? of (?:the|this) (?:action )?plan", _first_year
    ),
    _pattern(
        r"(?:(?:the )?end of )?(?:the |this |the current |the next |next |current )?(?:senedd|government|assembly) term"
        r"|(?:(?:the )?end of )?(?:the |this |the current |current )?term of (?:the |this )?"
        r"(?:senedd|government|assembly)",
        _senedd,
    ),
    _pattern(
        r"(?:(?:bi-?annual|annual|quarterly|monthly|bi-?monthly|weekly|fortnightly|yearly|termly|daily)(?:ly)?"
        r"|per annum"
        rf"|(?:six|6)[ -]monthly|twice a year|(?:every|each)(?: {_NUMBER})? (?:year|quarter|month|term|week)s?)"
        r"(?: basis)?(?: thereafter)?",
        _recurring,
    ),
    _pattern(
        r"(?:on[ -]?going|continuous(?:ly)?|continual(?:ly)?|continuing|rolling(?: programme)?|throughout(?: the plan)?"
        r"|(?:for the )?(?:lifetime|life|duration) of (?:the|this) plan)",
        _without_day("ongoing"),
    ),
    _pattern(
        r"(?:with )?immediate(?:ly)?(?: effect)?|as soon as possible|asap|straight away", _without_day("immediate")
    ),
    _pattern(
        r"tb[acd]|t\.b\.[acd]\.?|to be (?:confirmed|decided|agreed|determined|set|announced|advised)",
        _without_day("not_set"),
    ),
    _pattern(r"(?:short|medium|long(?:er)?)(?: to (?:medium|long))?[ -]term", _without_day("vague")),
    _pattern(
        rf"(?<![/.-])(?<!\bact )(?<!measure )(?<!census )(?<!regulations )(?<!order )(?P<year>{_YEAR})(?![/.-]\w)",
        _year,
    ),
)  # fmt: skip
"""Pattern and maker, the longest words first."""
