"""Promises of the project as a whole: its lock, its imports, its words, its pages."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

import arwap_analysis
from arwap_analysis.registry import registered_measures
from tests.conftest import ROOT

HEAVY = ("pandas", "scipy", "statsmodels", "seaborn", "matplotlib", "papermill", "nbconvert", "pydantic", "typer")
# Put together here so that this file does not hold what it looks for.
ADDRESSES = "|".join(
    ["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian", "/ro" + "ot/", "/wo" + "rk/"]
)


def tracked(*patterns):
    """Return the project's own text files, as git sees them."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("this is not a git checkout, so its files cannot be listed")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file() and not name.endswith(".png")]


LOCKS = ("requirements.lock", "requirements-extras.lock")


def pins(lock="requirements.lock"):
    """Return name -> [(version, marker), ...] of the lock."""
    found = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip(" \\"))
            (specifier,) = requirement.specifier
            found.setdefault(normal(requirement.name), []).append((Version(specifier.version), requirement.marker))
    return found


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def extras():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for texts in project["optional-dependencies"].values() for text in texts]


def requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [Requirement(text) for text in [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]]


@pytest.mark.parametrize("requirement", requirements(), ids=lambda r: r.name)
def test_the_lock_pins_every_dependency_at_a_version_that_is_asked_for(requirement):
    versions = pins()[normal(requirement.name)]
    assert versions
    for version, _ in versions:
        assert version in requirement.specifier


@pytest.mark.parametrize("requirement", extras(), ids=lambda r: r.name)
def test_only_the_second_lock_has_what_the_extras_need(requirement):
    assert normal(requirement.name) not in pins()
    versions = pins("requirements-extras.lock")[normal(requirement.name)]
    assert versions
    for version, _ in versions:
        assert version in requirement.specifier


def test_the_locks_agree_on_every_pin_that_both_have():
    second = pins("requirements-extras.lock")
    for name, versions in pins().items():
        assert {version for version, _ in versions} == {version for version, _ in second[name]}, name


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_has_a_hash_for_every_pin_and_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z])", text.strip())
    assert len(blocks) > 50
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_conda_takes_python_from_conda_and_the_rest_from_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, last = environment["dependencies"]
    assert last == {"pip": ["-r requirements.lock"]}
    assert {text.split("=")[0] for text in conda} == {"python", "pip"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python = next(text.split("=")[1] for text in conda if text.startswith("python="))
    assert Version(python) in SpecifierSet(project["requires-python"])
    assert environment["name"] == project["name"]


def test_the_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == arwap_analysis.__version__
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_importing_the_package_costs_almost_nothing():
    program = (
        "import time; start = time.perf_counter(); import arwap_analysis; end = time.perf_counter();"
        "import sys; print(end - start, *sys.modules)"
    )
    seconds, *modules = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert float(seconds) < 0.3
    assert [name for name in HEAVY if name in modules] == []


def test_the_numerics_need_numpy_and_scipy_alone():
    program = (
        "import sys; import arwap_analysis.measures, arwap_analysis.inference;"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"pandas", "statsmodels", "matplotlib", "pydantic", "yaml"} & set(modules) == set()


def test_the_subpackages_are_there_when_first_used():
    for name in arwap_analysis.__all__:
        assert getattr(arwap_analysis, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = arwap_analysis.nonsense


def test_files_are_short_and_none_is_a_drawer_for_everything():
    for path in (ROOT / "arwap_analysis").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path
        assert "utils" not in path.name


def test_people_are_named_with_respect():
    words = re.compile(r"\b(BA" + r"ME|non-" + r"white)\b", re.IGNORECASE)
    for path in tracked("arwap_analysis", "notebooks", "docs", "params", "README.md", "CONTRIBUTING.md"):
        # The words that publishers write have to be read, and are turned into words that name people.
        if path.name != "labels.py":
            assert not words.search(path.read_text(encoding="utf-8")), path


def test_no_file_names_a_machine_or_a_package_host():
    for path in tracked("."):
        found = re.search(ADDRESSES, path.read_text(encoding="utf-8"))
        assert not found, (path, found)


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        used = set(re.findall(r"(?:`|^    )make ([a-z]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        assert used
        assert used <= targets, used - targets


def test_every_link_between_the_pages_leads_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page, target)


def test_the_example_of_the_readme_runs():
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "3.52" in result.stdout


def test_every_measure_is_labelled_and_referenced():
    import arwap_analysis.inference
    import arwap_analysis.measures  # noqa: F401 - importing fills the register

    assert len(registered_measures()) > 40
    for id, spec in registered_measures().items():
        assert spec.label_en, id
        assert spec.label_cy, id
        assert spec.reference, id
        for heading in ("Interpretation\n", "Do not use when\n", "References\n"):
            assert heading in spec.function.__doc__, (id, heading)


@pytest.mark.parametrize("package", ["measures", "inference", "models"])
def test_every_public_function_of_the_numerics_has_its_section_in_the_methods(package):
    import importlib
    import inspect

    methods = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    module = importlib.import_module(f"arwap_analysis.{package}")
    functions = [name for name in module.__all__ if inspect.isfunction(getattr(module, name))]
    assert functions
    for name in functions:
        assert f"### `{name}`" in methods, f"docs/methods.md has no section on {name}"
    assert not set(re.findall(r"^### `(\w+)`", methods, re.MULTILINE)) - _public_functions()


def _public_functions():
    import importlib

    return {
        name
        for package in ("measures", "inference", "models")
        for name in importlib.import_module(f"arwap_analysis.{package}").__all__
    }


def test_the_examples_in_the_docstrings_are_true():
    import doctest
    import importlib
    import pkgutil

    import arwap_analysis

    tried = 0
    for package in ("measures", "inference", "models"):
        folder = Path(arwap_analysis.__file__).parent / package
        for info in pkgutil.iter_modules([str(folder)]):
            result = doctest.testmod(importlib.import_module(f"arwap_analysis.{package}.{info.name}"))
            tried += result.attempted
            assert result.failed == 0, info.name
    assert tried > 5
