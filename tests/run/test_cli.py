import subprocess
import sys

import pytest
from typer.testing import CliRunner

from arwap_analysis.cli import app, main
from tests.conftest import ROOT


def arwap(*arguments, cwd=ROOT):
    """Run the command as a user does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from arwap_analysis.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        check=False,
    )


def commands():
    return sorted(c.name or c.callback.__name__.rstrip("_") for c in app.registered_commands)


@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself_and_stands_in_the_readme(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"arwap {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_new_file_without_blanks_does_not_send_anyone_to_look_for_them(project):
    said = arwap("new", "mine", "--notebook", "survey_review", cwd=project).stderr
    blank = "Write here" in (project / "params" / "mine.yml").read_text(encoding="utf-8")
    assert ("Write here" in said) == blank


def test_the_help_teaches_the_first_steps():
    text = CliRunner().invoke(app, ["--help"]).output
    for word in ("arwap run params/homelessness.yml", "arwap new", "arwap validate", "Exit codes"):
        assert word in " ".join(text.split())


def test_bad_input_ends_with_code_2_and_one_line_not_a_traceback(project):
    path = project / "params" / "x.yml"
    path.write_text("id: x\nnotebook: evidence_review\nparameters: {confidense: 0.9}\n")
    result = arwap("run", path, cwd=project)
    assert result.returncode == 2
    assert "Did you mean 'confidence'" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (project / "outputs").exists()


def test_bad_usage_ends_with_code_2():
    result = arwap("run")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_validate_says_that_the_example_is_ready():
    result = arwap("validate", "params/homelessness.yml")
    assert (result.returncode, "ready to run" in result.stdout) == (0, True), result.stderr


def test_list_names_what_is_at_hand():
    result = arwap("list")
    assert result.returncode == 0
    for name in (
        "evidence_review",
        "params/homelessness.yml",
        "homeless_households_eligible",
        "ethnic_group_5",
    ):
        assert name in result.stdout


def test_an_unexpected_error_is_not_swallowed(monkeypatch):
    import arwap_analysis.run.inventory as inventory

    monkeypatch.setattr(inventory, "inventory", lambda: 1 / 0)
    monkeypatch.setattr(sys, "argv", ["arwap", "list"])
    with pytest.raises(ZeroDivisionError):
        main()
