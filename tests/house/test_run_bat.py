"""run.bat, read by the rules of cmd: nothing here can run it."""

from __future__ import annotations

import re

from tests.program.starts import ROOT

TEXT = (ROOT / "run.bat").read_bytes()
LINES = [line for line in TEXT.decode("ascii").split("\r\n") if not line.startswith("rem ")]
CODE = "\n".join(LINES)


def test_each_line_ends_as_cmd_needs_it_and_no_message_ends_a_block() -> None:
    # With plain line feeds cmd misses labels.
    assert TEXT.count(b"\n") == TEXT.count(b"\r\n")
    for line in LINES:
        if line.strip().startswith("echo "):
            assert not set(line) & set("()&|<>%^!")


def test_paths_may_hold_spaces_ampersands_percent_signs_brackets_and_exclamation_marks() -> None:
    assert "setlocal DisableDelayedExpansion" in LINES
    outside = re.sub(r'"[^"]*"', "", CODE)
    assert "%~dp0" in CODE
    assert "%~dp0" not in outside
    assert "%python%" not in outside
    # A second expansion would read percent signs in a path once more.
    assert "call " not in CODE


def test_arguments_are_relative_to_the_folder_of_the_user() -> None:
    assert not re.search(r"^\s*(?:cd|chdir|pushd)\b", CODE, re.MULTILINE)
    assert '"%python%" "%~dp0caption.py" %*' in LINES
    for file in re.findall(r"%~dp0([\w.]+)\"", CODE):
        assert file == ".venv" or (ROOT / file).is_file()


def test_the_exit_code_is_that_of_the_program_and_the_window_stays_open() -> None:
    labels = {line.removeprefix(":") for line in LINES if line.startswith(":")}
    assert set(re.findall(r"goto (\w+)", CODE)) == labels
    start = LINES.index('"%python%" "%~dp0caption.py" %*')
    assert LINES[start + 1 : start + 4] == ['set "code=%errorlevel%"', "pause", "exit /b %code%"]
    assert LINES[LINES.index(":failed") :] == [":failed", "pause", "exit /b 2", ""]
