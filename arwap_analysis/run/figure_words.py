"""Put a changed figure into words, with the digits that the report shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from arwap_analysis.errors import MeasureError
from arwap_analysis.ethnicity import classification_ids, get_classification
from arwap_analysis.present import numbers
from arwap_analysis.registry import get_measure
from arwap_analysis.run.changes import CellChange, RowChange
from arwap_analysis.run.finished import KEY_COLUMNS, FinishedRun, Key, Row, is_number, keyed_rows

__all__ = ["FigureChange", "describe_figures", "describe_rows"]

_SCALE_STYLES = {"level": "rate", "relative": "ratio", "absolute": "signed"}
_COLUMN_STYLES = {
    "numerator": "count",
    "denominator": "count",
    "reference_numerator": "count",
    "reference_denominator": "count",
    "confidence": "percent",
    "share_unknown": "percent",
    "p_value": "p",
    "p_adjusted": "p",
    "difference": "signed",
}
_COUNTS = {"numerator": "Count", "denominator": "Population"}
# They follow from the figure beside them, and are told of only where that has not changed.
_FOLLOWING = ("standard_error", "p_value", "p_adjusted", "lower", "upper", "confidence")
# They differ with the confidence of the intervals alone.
_OF_THE_LEVEL = ("lower", "upper", "confidence", "difference_lower", "difference_upper", "choice_label")
_ABSENCE = ("status", "reason")
# The same for every row of a measure, so told of once.
_OF_THE_MEASURE = ("method", "source", "confidence", "scale")
# In the order of importance.
_RANKS = ("finding", "gap", "trend", "level", "count", "other")


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that changed: what it is about, and how the report showed it before and shows it now.

    `rank` is finding, gap, trend, level, count or other; `before_value` and `after_value` are the cells of
    data.csv, `before` and `after` the same as shown.
    """

    rank: str
    about: str
    before: str
    after: str
    before_value: str
    after_value: str
    sentence: str


def describe_figures(old: FinishedRun, new: FinishedRun, cells: Sequence[CellChange]) -> tuple[FigureChange, ...]:
    """Return the changed cells as figures in words, each figure once however many exhibits show it."""
    words = _Words(old, new)
    changed: dict[Key, dict[str, CellChange]] = {}
    for cell in cells:
        changed.setdefault(cell.key, {})[cell.column] = cell
    found: dict[str, FigureChange] = {}
    told, sentences = words.changed_levels(changed)
    found |= {change.sentence: change for change in sentences}
    for key, columns in changed.items():
        left = {name: cell for name, cell in columns.items() if key not in told or name not in _OF_THE_LEVEL}
        for change in words.changes(key, left):
            found.setdefault(change.sentence, change)
    return tuple(sorted(found.values(), key=lambda change: _RANKS.index(change.rank)))


def describe_rows(old: FinishedRun, new: FinishedRun, rows: Sequence[RowChange]) -> tuple[str, ...]:
    """Return which groups, periods and so on came or went, and then the single figures that none of these explain."""
    words = _Words(old, new)
    before, after = words.values(words.old), words.values(words.new)
    told = {
        (column, value): value in after[column]
        for column in KEY_COLUMNS
        for value in dict.fromkeys((*before[column], *after[column]))
        if (value in before[column]) != (value in after[column])
    }
    said: dict[str, None] = {}
    for (column, value), appeared in told.items():
        if column != "exhibit":  # told of by its title
            said[f"The {column} {words.named(column, value)} is {'new' if appeared else 'gone'}."] = None
    elsewhere = {True: _facts(words.old), False: _facts(words.new)}
    moved: dict[str, list[int]] = {}
    for change in rows:
        if any(part in told for part in change.key):
            continue
        if change.key[1:] in elsewhere[change.appeared]:  # the same figure stands in another exhibit
            moved.setdefault(dict(change.key).get("exhibit", ""), [0, 0])[change.appeared] += 1
            continue
        row = (words.new if change.appeared else words.old)[change.key]
        value = words.shown(change.key, row, "estimate")
        state = f"{value}, where there was none before" if change.appeared else f"no longer there; it was {value}"
        said[f"{words.about(change.key, row)}: {state}."] = None
    for exhibit, (gone, come) in moved.items():
        said[f"The exhibit {exhibit} shows other rows: {gone} gone, {come} new."] = None
    return tuple(said)


def _has_other_level(old: Row, new: Row) -> bool:
    """Whether the same figures stand in both rows, with intervals of another confidence."""
    same = all(old.get(name, "") == new.get(name, "") for name in ("estimate", "difference"))
    return same and "" != _level(old) != _level(new) != ""


def _level(row: Row) -> str:
    return f"{100 * float(row['confidence']):g}% " if is_number(row.get("confidence", "")) else ""


def _facts(table: Mapping[Key, Row]) -> set[Key]:
    return {key[1:] for key in table}


class _Words:
    """Names and styles of the figures of two records."""

    def __init__(self, old: FinishedRun, new: FinishedRun) -> None:
        # Importing the measures fills the register with their labels.
        import arwap_analysis.inference
        import arwap_analysis.measures  # noqa: F401

        self.old, self.new = keyed_rows(old.rows, new.rows)
        self.styles: dict[tuple[str, str], tuple[str, str]] = {}
        for record in (old, new):
            for payload in record.payloads:
                for name, label, style in payload.get("columns", ()):
                    self.styles[payload["id"], name] = label, style
        self.labels = {
            (column, row.get(column, "")): row[name]
            for table in (self.old, self.new)
            for row in table.values()
            for column, name in (("group", "group_label"), ("area", "area_name"), ("choice", "choice_label"))
            if row.get(name)
        }
        self.several = {
            column
            for column in ("indicator", "area")
            if len({*self.values(self.old)[column], *self.values(self.new)[column]}) > 1
        }

    @staticmethod
    def values(table: Mapping[Key, Row]) -> dict[str, tuple[str, ...]]:
        """Return the values of each column that says what a figure is about, in the order of the table."""
        return {
            column: tuple(dict.fromkeys(row[column] for row in table.values() if row.get(column)))
            for column in KEY_COLUMNS
        }

    def named(self, column: str, value: str) -> str:
        """Return the name that people read for a code."""
        if column == "reference":
            column = "group"
        if column == "measure":
            return f"'{self.measure(value)}'"
        return self.labels.get((column, value)) or (self._classified(value) if column == "group" else value)

    def _classified(self, code: str) -> str:
        """Return the name of a group that no row is about, such as a reference group, from its classification."""
        for id in dict.fromkeys((*self.values(self.old)["classification"], *self.values(self.new)["classification"])):
            if id in classification_ids():
                names = {group.code: group.short_en for group in get_classification(id).groups}
                if code in names:
                    return names[code]
        return code

    @staticmethod
    def measure(id: str) -> str:
        try:
            return get_measure(id).label_en
        except MeasureError:
            return id.replace("_", " ").capitalize()

    def about(self, key: Key, row: Row, what: str = "") -> str:
        """Return what a figure is about: `Rate ratio, Black compared with White, 2011-12`."""
        at = dict(key)
        parts = [what or self.measure(at.get("measure", at.get("exhibit", "figure")))]
        if group := at.get("group"):
            against = (
                f" compared with {self.named('reference', at['reference'])}" if "reference" in at and not what else ""
            )
            parts.append(f"{row.get('group_label') or group}{against}")
        parts += [at["period"]] if "period" in at else []
        parts += [
            self.named(column, at[column])
            for column in ("area", "indicator")
            if column in self.several and column in at
        ]
        parts += [self.named("choice", at["choice"])] if at.get("choice", "main") != "main" else []
        parts += [f"{column} {value}" for column, value in key if column not in KEY_COLUMNS]
        return ", ".join(parts)

    def style(self, key: Key, row: Row, column: str) -> str | None:
        at = dict(key)
        _, style = self.styles.get((at.get("exhibit", ""), column), ("", ""))
        if style and style != "text":
            return style
        if column in ("estimate", "lower", "upper"):
            _, shown = self.styles.get((at.get("exhibit", ""), "estimate"), ("", ""))
            return shown or _SCALE_STYLES.get(row.get("scale", ""))
        return _COLUMN_STYLES.get(column) or _COLUMN_STYLES.get(column.removesuffix("_lower").removesuffix("_upper"))

    def shown(self, key: Key, row: Row, column: str) -> str:
        """Return a cell as the report shows it; an absent figure with its status and reason."""
        text = row.get(column, "")
        if is_number(text):
            style = self.style(key, row, column)
            return numbers.write(float(text), style) if style else f"{float(text):.6g}"
        if text or column != "estimate":
            return text or "nothing"
        why = ": ".join(part for part in (row.get("status", "").replace("_", " "), row.get("reason", "")) if part)
        return f"no figure ({why})" if why else "no figure"

    def interval(self, key: Key, row: Row, column: str = "estimate") -> str:
        lower, upper = ("lower", "upper") if column == "estimate" else (f"{column}_lower", f"{column}_upper")
        if not (is_number(row.get(lower, "")) and is_number(row.get(upper, ""))):
            return ""
        style = self.style(key, row, column) or "rate"
        return numbers.interval(float(row[lower]), float(row[upper]), style)

    def changed_levels(self, changed: Mapping[Key, Mapping[str, CellChange]]) -> tuple[set[Key], list[FigureChange]]:
        """Return the rows of which all that changed is the confidence of intervals, and a sentence for each measure.

        Of a single figure both intervals are worth reading: it is left to `changes`.
        """
        about: dict[tuple[str, str, str], dict[str, list[Key]]] = {}
        for key in changed:
            old, new = self.old[key], self.new[key]
            if _has_other_level(old, new):
                kind = self.measure(dict(key).get("measure", "figure")), _level(old), _level(new)
                about.setdefault(kind, {}).setdefault(self.about(key, new), []).append(key)
        rows: set[Key] = set()
        sentences = []
        for (measure, before, after), figures in about.items():
            if len(figures) > 1:
                keys = [key for same in figures.values() for key in same]
                rows |= {*keys}
                rank = min((self._rank(key, self.new[key]) for key in keys), key=_RANKS.index)
                told = f"{measure}: {after}intervals now, {before}intervals before, around {len(figures)} figures"
                words = f"{before}intervals", f"{after}intervals"
                sentences.append(
                    self._change(rank, measure, *words, keys[0], "confidence", f"{told} that are the same.")
                )
        return rows, sentences

    def changes(self, key: Key, columns: Mapping[str, CellChange]) -> Iterable[FigureChange]:
        """Yield what changed in one row, what follows from a told figure left out."""
        told: set[str] = set()
        limits = {"lower", "upper"} & columns.keys()
        for base in [name for name in ("estimate", "difference") if name in columns or (name == "estimate" and limits)]:
            told |= {base, f"{base}_lower", f"{base}_upper", *(_FOLLOWING if base == "estimate" else ())}
            told |= {*_ABSENCE} if "" in (self.old[key].get(base), self.new[key].get(base)) else set()
            yield self._with_interval(key, base)
        for column in columns:
            if column in told or (column == "direction" and "finding" in columns):
                continue
            yield self._plain(key, column)

    def _with_interval(self, key: Key, column: str) -> FigureChange:
        old, new = self.old[key], self.new[key]
        rank = self._rank(key, new)
        what = "" if column == "estimate" else self._label(key, column)
        about = self.about(key, new, what)
        before, after = self._pair(self.shown(key, old, column), self.shown(key, new, column), old, new, column)
        same = old.get(column) == new.get(column)
        beside = self._intervals(key, column)
        if same and not beside:
            beside = " (its interval changed in digits that are not shown)"
        moved = f"{after} as before" if same else f"{before} to {after}"
        return self._change(rank, about, before, after, key, column, f"{about}: {moved}{beside}.")

    def _intervals(self, key: Key, column: str) -> str:
        """Return the intervals before and now in brackets, nothing where they read the same."""
        rows = self.old[key], self.new[key]
        before, now = (
            f"{_level(row)}interval {interval}" if (interval := self.interval(key, row, column)) else "no interval"
            for row in rows
        )
        if before == now:
            return ""
        if _level(rows[0]) == _level(rows[1]):
            now = now.removeprefix(f"{_level(rows[1])}interval ")
        return f" ({before} before, {now} now)"

    def _plain(self, key: Key, column: str) -> FigureChange:
        old, new = self.old[key], self.new[key]
        before, after = self._pair(self.shown(key, old, column), self.shown(key, new, column), old, new, column)
        reference = column.startswith("reference_")
        base = column.removeprefix("reference_")
        if base in _COUNTS:
            at = tuple((n, v) for n, v in key if n not in ("group", "reference"))
            code = dict(key).get("reference" if reference else "group", "")
            label = self.named("group", code)
            about = self.about((*at, *((("group", code),) if code else ())), {"group_label": label}, _COUNTS[base])
            rank = "count"
        else:
            about = (
                self.measure(dict(key).get("measure", "figure")) if column in _OF_THE_MEASURE else self.about(key, new)
            )
            about = f"{self._label(key, column)} of {about[:1].lower()}{about[1:]}"
            rank = "finding" if column in ("finding", "direction") else "other"
        return self._change(rank, about, before, after, key, column, f"{about}: {before} to {after}.")

    def _change(
        self, rank: str, about: str, before: str, after: str, key: Key, column: str, sentence: str
    ) -> FigureChange:
        values = self.old[key].get(column, ""), self.new[key].get(column, "")
        return FigureChange(rank, about, before, after, *values, sentence)

    @staticmethod
    def _pair(before: str, after: str, old: Row, new: Row, column: str) -> tuple[str, str]:
        """Return both as shown, with more digits where the shown ones do not tell them apart."""
        one, other = old.get(column, ""), new.get(column, "")
        if before != after or one == other:
            return before, after
        if not (is_number(one) and is_number(other)):
            return one, other
        for digits in range(3, 18):
            texts = f"{float(one):.{digits}g}", f"{float(other):.{digits}g}"
            if texts[0] != texts[1]:
                return texts
        return one, other

    def _label(self, key: Key, column: str) -> str:
        label, _ = self.styles.get((dict(key).get("exhibit", ""), column), ("", ""))
        return label or column.replace("_", " ").capitalize()

    @staticmethod
    def _rank(key: Key, row: Row) -> str:
        at = dict(key)
        if at.get("choice", "main") != "main":
            return "other"
        if at.get("measure", "").endswith("_trend"):
            return "trend"
        return {"relative": "gap", "absolute": "gap", "level": "level"}.get(row.get("scale", ""), "other")
