"""Grids of numbers and signs: the same picture every time, and nothing told by colour alone."""

import re

import numpy as np
import pandas as pd

from arwap_analysis.disclosure import release_open
from arwap_analysis.present.charts import numbers_matrix, signs_matrix

ROWS, COLUMNS = {"a": "First", "b": "Second"}, {"x": "Left", "y": "Right"}


def numbers(value=3.0, status="published"):
    frame = pd.DataFrame({"r": ["a", "a", "b", "b"], "c": ["x", "y", "x", "y"], "n": [value, 0.0, 1.0, 2.0],
                          "status": [status, "published", "published", "published"]})  # fmt: skip
    return numbers_matrix(release_open(frame), row="r", column="c", value="n", rows=ROWS, columns=COLUMNS)


def signs(sign="full", number=np.nan):
    frame = pd.DataFrame({"r": ["a", "b"], "c": ["x", "y"], "s": [sign, "half"], "n": [number, 4.0]})
    key = {"full": "yes", "half": "partly", "doubt": "not known", "empty": "no"}
    return signs_matrix(release_open(frame), row="r", column="c", sign="s", number="n", rows=ROWS, columns=COLUMNS,
                        key=key)  # fmt: skip


def test_the_same_table_gives_the_same_picture_and_another_number_another():
    assert numbers() == numbers()
    assert numbers() != numbers(2.0)
    assert signs() == signs()


def test_every_number_is_written_and_not_only_shaded():
    """The letters are drawn as paths: a number more is a path more, where only the shade would change a colour."""
    glyphs = [len(re.findall(r"<use ", picture)) for picture in (numbers(3.0), numbers(33.0))]
    assert glyphs[1] == glyphs[0] + 1


def test_a_hidden_number_is_hatched_and_marked_and_never_drawn():
    hidden = numbers(np.nan, "suppressed")
    assert "<pattern" in hidden
    assert "<pattern" not in numbers()


def test_each_sign_differs_in_its_shape():
    pictures = {sign: signs(sign) for sign in ("full", "half", "empty", "doubt")}
    assert len(set(pictures.values())) == 4
    without_colour = {re.sub(r"#[0-9a-fA-F]{6}", "#000000", picture) for picture in pictures.values()}
    assert len(without_colour) == 4


def test_a_sign_can_have_a_number_beside_it():
    assert len(re.findall(r"<use ", signs(number=5.0))) == len(re.findall(r"<use ", signs())) + 1


def test_a_table_without_any_number_is_still_a_picture():
    frame = pd.DataFrame({"r": ["a"], "c": ["x"], "n": [np.nan], "status": ["suppressed"]})
    picture = numbers_matrix(release_open(frame), row="r", column="c", value="n", rows=ROWS, columns=COLUMNS)
    assert picture.startswith("<?xml")
