import numpy as np
import pandas as pd
import pytest

from arwap_analysis.registers.claims.formula import parse_formula
from arwap_analysis.registers.claims.matrix import build_matrix, find_term

_RNG = np.random.default_rng(11)
TABLE = pd.DataFrame(
    {
        "y": _RNG.integers(0, 2, 60).astype(float),
        "a": _RNG.normal(3, 1, 60).clip(0.5),
        "b": _RNG.choice(["x", "y", "z"], 60),
        "c": _RNG.choice(["no", "yes"], 60),
        "k": _RNG.integers(1, 4, 60),
        "flag": _RNG.choice([True, False], 60),
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "y ~ a",
        "y ~ a - 1",
        "y ~ 0 + a",
        "y ~ a + b",
        "y ~ b - 1",
        "y ~ C(k)",
        "y ~ a + C(k) + flag",
        "y ~ a * b",
        "y ~ a + a:c",
        "y ~ b * c",
        "y ~ a * b * c",
        "y ~ (a + b + c)**2",
        "np.log(a) ~ np.sqrt(a) + I(a**2) + b",
        "y ~ C(b, Treatment('y'))",
        "y ~ C(b, Treatment(reference='z')) + a",
        "y ~ I(a * k) + I(a + k)",
        "y ~ Q('a') + k",
        "y ~ 1",
        "y ~ a + b - b",
    ],
)
def test_a_formula_gives_the_columns_that_patsy_gives(text):
    """patsy, which statsmodels uses, is held against on formulas that we wrote ourselves."""
    patsy = pytest.importorskip("patsy")
    ours = build_matrix(parse_formula(text), TABLE)
    outcome, matrix = patsy.dmatrices(text, TABLE)
    assert np.allclose(ours.outcome, np.asarray(outcome)[:, -1])
    for name, column in zip(matrix.design_info.column_names, np.asarray(matrix).T, strict=True):
        assert np.allclose(ours.matrix[:, find_term(name, ours.columns)], column), name


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("y ~ b", ["b[T.y]", "C(b)[T.y]", "by", "factor(b)y", "y"]),
        ("y ~ c", ["c", "cyes", "c[T.yes]", "C(c)[T.yes]", "yes"]),
        ("y ~ a", ["a"]),
        ("y ~ C(k)", ["C(k)[T.2]", "k[T.2]", "factor(k)2", "C(k)[T.2.0]"]),
        ("y ~ a * c", ["a:c[T.yes]", "c[T.yes]:a", "a:cyes", "cyes:a", "a:c"]),
        ("y ~ a", ["Intercept", "(Intercept)", "_cons", "const"]),
        ("y ~ I(b == 'y')", ["I(b == 'y')", 'I(b=="y")', "I(b == 'y')[T.True]", 'I(b == "y")TRUE']),
    ],
)
def test_a_term_is_found_by_the_name_that_any_software_gives_it(formula, names):
    columns = build_matrix(parse_formula(formula), TABLE).columns
    assert len({find_term(name, columns) for name in names}) == 1


def test_a_term_that_is_not_there_or_not_clear_is_refused_with_the_terms():
    with pytest.raises(ValueError, match=r"no term 'w'. Its terms: Intercept, b\[T.y\], b\[T.z\]"):
        find_term("w", build_matrix(parse_formula("y ~ b"), TABLE).columns)
    with pytest.raises(ValueError, match="no term 'b'"):
        find_term("b", build_matrix(parse_formula("y ~ b"), TABLE).columns)
    table = TABLE.assign(d=TABLE["b"].iloc[::-1].to_numpy())
    with pytest.raises(ValueError, match=r"could be b\[T.y\] or d\[T.y\]"):
        find_term("y", build_matrix(parse_formula("a ~ b + d"), table).columns)


def test_rows_with_a_missing_cell_in_any_variable_are_left_out():
    table = TABLE.assign(a=TABLE["a"].where(TABLE.index > 4), c=TABLE["c"].where(TABLE.index != 9))
    found = build_matrix(parse_formula("y ~ a + c"), table)
    assert found.rows.sum() == 54
    assert not found.rows[[0, 9]].any()


def test_an_outcome_of_two_words_is_whether_it_is_the_later_one():
    found = build_matrix(parse_formula("c ~ a"), TABLE, two_values=True)
    assert (found.outcome == (TABLE["c"] == "yes")).all()
    assert found.outcome_note == "c is yes"


@pytest.mark.parametrize(
    "text",
    [
        "y ~ __import__('os').system('true')",
        "y ~ a.__class__",
        "y ~ open('x')",
        "y ~ I(open('x'))",
        "y ~ I(__import__('os').system('true'))",
        "y ~ log(exec('1'))",
        "y ~ np.random.rand(3)",
        "y ~ np.linalg.inv(a)",
        "y ~ np.exp.__globals__",
        "y ~ [a for a in b]",
        "y ~ a if b else c",
        "y ~ lambda: 1",
        "y ~ I(lambda: 1)",
        "y ~ (lambda: a)()",
        "y ~ {a}",
        "y ~ {'a': 1}",
        "y ~ `__class__`",
        "y ~ Q('__class__')",
        "y ~ Q(open('x'))",
        "y ~ C(open('x'))",
        "y ~ C(b, Treatment(open('x')))",
        "y ~ C(b, Sum)",
        "y ~ C(b, exec('1'))",
        "y ~ I(a**999)",
        "y ~ I(9**9**9)",
        "y ~ (a + b)**99",
        "y ~ a**a",
        "y ~ " + "(" * 300 + "a" + ")" * 300,
        "y ~ " + " + ".join(["a"] * 900),
        "y ~ " + "a" * 10_000,
        "y ~ a; import os",
        "y ~ a\n__import__('os')",
        "import os ~ a",
        "eval('1') ~ a",
        "y ~ a ~ b",
        "y ~",
        "~ a",
        "y",
        "",
        "y ~ .",
        "y ~ a / b",
        "y ~ a == 1",
        "y ~ 2",
        "y ~ 'a'",
        "y ~ a[0]",
        "y ~ bs(a, df=3)",
        "y ~ f(a)",
        "y ~ log(a, b)",
        "y ~ a * b:c",
        "y ~ (a := 1)",
        "y ~ f'{a}'",
        "y ~ -1",
        "y ~ @a",
        "y ~ unknown",
        "C(y) ~ a",
    ],
)
def test_whatever_is_not_a_formula_of_columns_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        build_matrix(parse_formula(text), TABLE)


def test_a_logarithm_of_nothing_is_refused_not_left_out():
    with pytest.raises(ValueError, match="has no value"):
        build_matrix(parse_formula("y ~ log(a)"), TABLE.assign(a=[0.0, *TABLE["a"][1:]]))
