import ast
import re

import pytest

from arwap_analysis.errors import ParameterError
from arwap_analysis.present.sentences import join_names, message_ids, say
from tests.conftest import ROOT


def test_a_sentence_begins_with_a_capital_and_a_fragment_stays_as_it_is():
    assert say("rates_title_none", period="2011-12") == "No rate can be made for 2011-12"
    assert say("rates_axis", per="1,000", population="people") == "per 1,000 people"


def test_a_missing_sentence_value_or_language_is_an_error_never_a_gap():
    with pytest.raises(ParameterError, match="no sentence 'nonsense'"):
        say("nonsense")
    with pytest.raises(ParameterError, match="lacks population"):
        say("rates_axis", per="1,000")
    with pytest.raises(ParameterError, match="language"):
        say("no_rate", language="fr")


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_joined_as_people_write_them(names, text):
    assert join_names(names) == text


def _named_in_code():
    """Return every text in the code, and every text with a value in it as a pattern that begins with its own words."""
    texts, patterns = set(), set()
    for path in (ROOT / "arwap_analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(p.value) if isinstance(p, ast.Constant) else r"\w+" for p in node.values]
                if parts[0] != r"\w+" and re.fullmatch(r"[\w\\+]+", "".join(parts)):
                    patterns.add("".join(parts))
    return texts, re.compile("|".join(patterns))


def test_every_sentence_of_the_catalogue_is_used():
    texts, patterns = _named_in_code()
    ids = set(message_ids())
    unused = {id for id in ids - texts if not patterns.fullmatch(id)}
    # What is counted (people, documents) ends the id of a sentence that says it of either.
    unused -= {id for id in unused if any(id.startswith(f"{text}_") for text in texts if len(text) > 7)}
    assert sorted(unused) == []
