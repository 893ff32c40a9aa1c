"""Read one written label: which group it names, or why that cannot be said. Nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from arwap_analysis.ethnicity.classifications import classification_ids, get_classification

__all__ = ["Reading", "normal_text", "read_label"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a label says: a code, or the candidates of an ambiguous one.

    `kind` is group, total, unknown, ambiguous or none. `either` marks a label that names a broad group or its
    remainder ("Mixed ethnic groups"), which the other labels of its column can settle. `home` is the classification
    of a remainder: "other" is one group beside White alone, and another beside four named groups.
    """

    kind: str
    code: str = ""
    candidates: tuple[str, ...] = ()
    either: bool = False
    home: str = ""


_NOTHING = Reading("none")
# What "other" means depends on which groups are named beside it.
_THAN_WHITE = Reading("group", "other", home="white_and_other")
_THAN_WHITE_BRITISH = Reading("group", "other_than_white_british", home="white_british_and_other")
_WITH_MIXED = Reading("group", "other", home="ethnic_group_4")
_WITH_CHINESE = Reading("group", "other", home="ethnic_group_5_2001")
_UNKNOWN = re.compile(
    r"\b(unknown|unreported|unrecorded|undisclosed|undeclared|unstated|unspecified|missing|blank|refused|withheld"
    r"|declined|invalid|no answer|no response|n/?k|(not|no|never) (yet )?(known|stated|recorded|reported|provided"
    r"|obtained|declared|disclosed|given|available|specified|collected|answered|supplied|sought|say)|prefer not"
    r"|don ?'?t know|information not|ddim yn hysbys|heb ei nodi)\b"
)
_UNCLASSIFIED = re.compile(r"\b(unclassified|not classified|uncoded)\b")
_NOT_APPLICABLE = re.compile(r"\b(not applicable|does ?n ?'?o?t apply|n/a)\b")
_TOTAL = re.compile(
    r"^(all|total|overall|everyone|pob|pawb)( (ethnic(ity|ities)?|groups?|categories|category|people|persons|pupils"
    r"|students|staff|households|applicants|residents|aged|england|wales|backgrounds?|\d+|and|over|usual|of|grŵp|ethnig))*$"
)
_MINORITY = re.compile(
    r"\b(bame|bme|non[ -]?white|visible minorit\w+|global majority|people of colou?r"
    r"|(black )?(asian )?(and )?(ethnic minorit\w+|minority ethnic\w*|minoritised ethnic))\b"
)
# Words that say nothing of which group is meant.
_EMPTY = re.compile(
    r"\b(ethnic|ethnicity|ethnicities|groups?|backgrounds?|people|persons?|pupils?|total|heritage|origin|category|categories"
    r"|including all|of)\b"
)
# A run of these words is the long name of the broad group: "Black, African, Caribbean or Black British".
_RUN = re.compile(
    r"\b(?:black|african|caribbean)(?:(?:\s*[,/]\s*(?:or |and )?|\s+or\s+|\s+and\s+|\s+)(?:black|african|caribbean))+\b"
)
# HESA names a group twice since 2022: "Pakistani or Pakistani British", "Black African or Black African British".
_TWICE = re.compile(r"\b((?:black )?\w+) or \1 british\b")
_MAJORS = (
    (r"\basian(?:(?: ?[,/] ?(?:or )?| or | and )asian)+\b", "ASIAN"),
    (r"\bmixed ?(?:/|or|and|,)? ?multiple\b", "MIXED"),
    (r"\bmultiple ?(?:/|or) ?mixed\b", "MIXED"),
)
_DETAILS = (
    (r"\bwhite ?(?:and|/) ?(?:black ?-? ?)?caribbean\b", "white_black_caribbean"),
    (r"\bwhite ?(?:and|/) ?(?:black ?-? ?)?african\b", "white_black_african"),
    (r"\bwhite ?(?:and|/) ?asian\b", "white_asian"),
    (r"\b(?:(?:english|welsh|scottish|northern irish|british|irish)[ ,/]*(?:or )?){2,}(?<!irish)\b", "white_british"),
    (r"\bchinese (?:or|/) chinese british\b", "chinese"),
    (r"\bpakistani(?: or british pakistani)?\b", "pakistani"),
    (r"\bbangladeshi(?: or british bangladeshi)?\b", "bangladeshi"),
    (r"\bindian(?: or british indian)?\b", "indian"),
    (r"\bchinese\b", "chinese"),
    (r"\barab\b", "arab"),
    (r"\btravell?er of irish\b", "irish_traveller"),
    (r"\birish travell?er\b", "irish_traveller"),
    (r"\btravell?ers?\b", "traveller"),
    (r"\bgyps(?:y|ies)\b", "gypsy"),
    (r"\broma\b", "roma"),
    (r"\bwhite british\b", "white_british"),
    (r"\bwhite irish\b", "white_irish"),
    (r"\birish\b", "white_irish"),
    (r"\bafrican\b", "african"),
    (r"\bcaribbean\b", "caribbean"),
    (r"\bbritish\b", "british"),
)
_HOME = {  # the broad group in which a detail may stand
    "white_black_caribbean": {"MIXED"}, "white_black_african": {"MIXED"}, "white_asian": {"MIXED"},
    "white_british": {"WHITE"}, "white_irish": {"WHITE"}, "irish_traveller": {"WHITE"}, "traveller": {"WHITE"},
    "gypsy": {"WHITE"}, "roma": {"WHITE"}, "british": {"WHITE"}, "pakistani": {"ASIAN"}, "bangladeshi": {"ASIAN"},
    "indian": {"ASIAN"}, "chinese": {"ASIAN", "OTHER"}, "arab": {"OTHER"}, "african": {"BLACK"}, "caribbean": {"BLACK"},
}  # fmt: skip
_PAIRS = {
    frozenset({"pakistani", "bangladeshi"}): "pakistani_bangladeshi",
    frozenset({"gypsy", "roma"}): "gypsy_roma",
    frozenset({"gypsy", "traveller"}): "gypsy_traveller",
    frozenset({"gypsy", "irish_traveller"}): "gypsy_traveller",
    frozenset({"gypsy", "traveller", "irish_traveller"}): "gypsy_traveller",
    frozenset({"gypsy", "roma", "traveller"}): "gypsy_roma_traveller",
    frozenset({"gypsy", "roma", "irish_traveller"}): "gypsy_roma_traveller",
    frozenset({"white_british", "british"}): "white_british",
}
_INCLUDED = {
    frozenset({"MIXED"}): _WITH_MIXED,
    frozenset({"chinese"}): _WITH_CHINESE,
    frozenset({"arab"}): Reading("group", "other"),
    frozenset({"ASIAN"}): Reading("group", "other_inc_asian", home="combined"),
    frozenset({"MIXED", "chinese"}): Reading("group", "other_inc_mixed_chinese", home="combined"),
}
_BROAD = {"WHITE": "white", "MIXED": "mixed", "ASIAN": "asian", "BLACK": "black"}


_BESIDE = r"<(WHITE|MIXED|ASIAN|BLACK)>(and|or|/)<[a-z_]+>|<[a-z_]+>(and|or|/)<(WHITE|MIXED|ASIAN|BLACK)>"


def normal_text(label: str) -> str:
    """Return a label without what does not matter: case, spacing, quotes, underscores, the kind of dash."""
    text = label.casefold().replace("_", " ").replace("&", " and ").replace("’", "'")
    text = re.sub(r"[–—−]", "-", text)
    text = re.sub(r"[.\"“”*#]", "", text)
    text = re.sub(r"\bcarr?ibb?ean\b", "caribbean", text)
    text = re.sub(r"\((?:from|to|until|since|before|after)? ?\d{4}\)", "", re.sub(r"\s+", " ", text))
    return re.sub(r"\s+", " ", text).strip()


@cache
def read_label(label: str) -> Reading:
    """Read a label by its words.

    A label that names one group in any classification of the package, in English or Welsh, or in the words that
    publishers use for it, gets that group's code. A label that could name two is ambiguous, with both.
    """
    text = normal_text(label)
    level = re.match(r"ethnicity (minor|major|minority) ", text)
    text = re.sub(r"^ethnicity (minor|major) ", "", text)
    found = _answer_missing(text)
    if found:
        return found
    welsh = _names().get(text)
    if welsh:
        return Reading("group", welsh)
    if text in ("grt", "gypsies, roma and travellers"):
        return Reading("group", "gypsy_roma_traveller")
    headed = re.match(r"(.+?)(?: ?: ?| - )(.+)$", text)
    if headed and re.search(r"\bchinese (or|and) other\b|\bother including chinese\b", headed[1]):
        text = f"other: {headed[2]}"  # the heading of 2001, which held Chinese people
    return _read_group(text, "major" if level and level[1] == "major" else "")


def _answer_missing(text: str) -> Reading | None:
    """Return the reading of totals and of people whose group is not known."""
    if re.search(r"\bother ?(/|and|or) ?(unknown|not)|unknown ?(/|and|or) ?other\b", text):
        return _NOTHING  # people of another group together with people of none
    for pattern, code in ((_UNCLASSIFIED, "unclassified"), (_UNKNOWN, "unknown"), (_NOT_APPLICABLE, "not_applicable")):
        if pattern.search(text):
            return Reading("unknown", code)
    plain = re.sub(r"\s+", " ", re.sub(r"[^\w' ]", " ", text)).strip()
    if _TOTAL.match(plain) or (re.search(r"/all$", text) and text.count("/") > 2):
        return Reading("total", "all")
    return None


@cache
def _names() -> dict[str, str]:
    """Welsh names of all groups, where one name means one code everywhere."""
    names: dict[str, set[str]] = {}
    for id in classification_ids():
        for group in get_classification(id).groups:
            for name in (group.name_cy, group.short_cy):
                names.setdefault(normal_text(name), set()).add(group.code)
    return {name: next(iter(codes)) for name, codes in names.items() if len(codes) == 1}


def _read_group(text: str, level: str) -> Reading:
    """Read a label that names people: broad words and details become tokens, and the tokens are weighed."""
    if re.search(r"\bnon ?-? ?white british\b", text):
        return _THAN_WHITE_BRITISH
    excluded = re.search(r"\b(?:other than|except|excluding|excl?|not)\b(.*)$", text)
    if excluded:
        return _read_exclusion(text[: excluded.start()], excluded[1])
    if _MINORITY.search(text) or re.match(r"ethnicity minority|minority ethnic", text):
        with_white = re.search(r"\binc(luding|l)?\b.*\bwhite\b", text)
        if text.startswith("white"):
            return _NOTHING
        return _THAN_WHITE_BRITISH if with_white else _THAN_WHITE
    if text.startswith("all other"):
        return _NOTHING  # all but those of another column or table
    if re.search(r"\bnon ?-? ?british\b", text):
        return Reading("ambiguous", candidates=("white_other", "white_irish", "gypsy_traveller", "roma"))
    including = re.search(r"\b(?:including|incl?)\b(.*)$", text)
    if including:
        return _read_inclusion(text[: including.start()], including[1])
    tokens, rest = _tokens(text)
    return _weigh(text, tokens, rest, level)


def _read_exclusion(before: str, after: str) -> Reading:
    """Read "other than white", "ethnic minority (excluding white minorities)"."""
    if re.search(r"\b(white|asian|black|mixed)\b", before) and not _MINORITY.search(before):
        return _NOTHING  # part of a broad group
    if "white british" in after:
        return _THAN_WHITE_BRITISH
    if "white" in after:
        return _THAN_WHITE
    return _NOTHING


def _read_inclusion(before: str, after: str) -> Reading:
    """Read "other (including mixed)"; a broad group that includes its own detail is that group."""
    base, _ = _tokens(before)
    named, _ = _tokens(after)
    majors = {token for token in base if token in _BROAD}
    if "OTHER" in base and not majors:
        return _INCLUDED.get(frozenset(named), _NOTHING)
    if len(majors) == 1 and all(majors <= _HOME.get(token, {token}) for token in named):
        return Reading("group", _BROAD[next(iter(majors))])
    return _NOTHING


def _tokens(text: str) -> tuple[list[str], str]:
    """Turn the words of a label into tokens, in their order; return them with the signs left between."""
    text = _TWICE.sub(r"\1", text)
    for pattern, code in _DETAILS[:4]:
        text = re.sub(pattern, f" <{code}> ", text)
    text = re.sub(r"\b(asian|black) (?:british|welsh)\b", r"\1", text)
    text = _RUN.sub(_broad_black, text)
    for pattern, code in _MAJORS:
        text = re.sub(pattern, f" <{code}> ", text)
    for pattern, code in _DETAILS[4:]:
        text = re.sub(pattern, f" <{code}> ", text)
    for word in ("white", "mixed", "asian", "black"):
        text = re.sub(rf"(?<!<)\b{word}\b(?!_)", f" <{word.upper()}> ", text)
    text = re.sub(r"(?<!<)\b(any )?others?\b(?!_)", lambda m: " <ANY> " if m[1] else " <OTHER> ", text)
    text = _EMPTY.sub(" ", text)
    return re.findall(r"<(\w+)>", text), re.sub(r"\s+", "", text)


def _broad_black(run: re.Match[str]) -> str:
    """Return the broad group for its long name, and the words as they are for "black african"."""
    words = re.findall(r"black|african|caribbean", run[0])
    long_name = words.count("black") > 1 or {"african", "caribbean"} < set(words)
    return " <BLACK> " if "black" in words and long_name else run[0]


def _weigh(text: str, tokens: list[str], shape: str, level: str) -> Reading:
    """Decide what the tokens of a label name together."""
    words = re.sub(
        r"<\w+>|\b(and|or|any|all|other|not|the|from|\(|\))\b|[^a-z]", " ", re.sub(r"<(\w+)>", r" <\1> ", shape)
    )
    if not tokens or words.strip():
        return _NOTHING  # words that nothing here knows
    details = [token for token in tokens if token in _HOME]
    majors = {token for token in tokens if token in _BROAD}
    others = [token for token in tokens if token in ("OTHER", "ANY")]
    joined = bool(re.search(r"\b(and|or)\b|/", re.sub(r"<\w+>", "", _between(shape))))
    if details and re.search(_BESIDE, shape):
        return _NOTHING  # "Asian and Chinese": two groups in one
    if details:
        return _weigh_details(frozenset(details), majors, others, joined=joined)
    if len(majors) > 1:
        return _NOTHING
    if not majors:
        if re.fullmatch(r"other ethnic backgrounds?", text):
            return Reading("ambiguous", candidates=("any_other", "other"))
        many = len(others) > 1 or others == ["ANY"]
        return Reading("group", "any_other" if many and level != "major" else "other")
    broad = _BROAD[next(iter(majors))]
    if not others:
        bare = re.sub(r"\W+", " ", text).strip()
        either = bare in ("mixed ethnic groups", "mixed multiple ethnic groups", "mixed or multiple ethnic groups")
        candidates = (broad, f"{broad}_other") if either else ()
        return Reading("group", broad, candidates, either)
    if joined and "ANY" not in others:
        return _WITH_MIXED if broad == "mixed" else _NOTHING
    return Reading("group", f"{broad}_other")


def _between(shape: str) -> str:
    """Return the signs that stand between two tokens, not those before the first or after the last."""
    inner = re.search(r"<\w+>(.*)<\w+>", shape)
    return inner[1] if inner else ""


def _weigh_details(details: frozenset[str], majors: set[str], others: list[str], *, joined: bool) -> Reading:
    """Decide for a label with a named detail, such as Chinese, with or without the broad group it stands in."""
    if details == {"british"}:
        return Reading("group", "white_british") if majors == {"WHITE"} and not others else _NOTHING
    code = next(iter(details)) if len(details) == 1 else _PAIRS.get(details, "")
    if details == {"traveller"}:
        return Reading("ambiguous", candidates=("irish_traveller", "gypsy_traveller"))
    if details == {"white_british"} and others and majors <= {"WHITE"} and joined:
        return Reading("group", "white")
    if details == {"chinese"} and others and joined and not majors:
        return _WITH_CHINESE
    if not code or (others and code not in ("chinese", "arab")):
        return _NOTHING
    allowed = set.intersection(*(_HOME[token] for token in details))
    return Reading("group", code) if majors <= allowed else _NOTHING
