"""The command line: arguments that do not go together are refused with a sentence."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from commands.arguments import arguments
from errors import UserError
from tests.cases import in_one_test
from tests.program.project import Project

COMMANDS = {
    "a run": [],
    "--check": ["--check"],
    "--dry-run": ["--dry-run"],
    "--compare": ["--compare", "other.ini"],
    "--report": ["--report"],
    "--apply": ["--apply", "corrections.json"],
    "--export": ["--export", "txt"],
    "--merge-cache": ["--merge-cache", "theirs.json"],
    "--import-old": ["--import-old", "older"],
    "--settings": ["--settings"],
    "--version": ["--version"],
}
OPTIONS = {
    "--config": ["--config", "my.ini"],
    "--set": ["--set", "Endpoint.retries=1"],
    "--limit": ["--limit", "3"],
    "--sample": ["--sample", "3"],
    "--log": ["--log", "log.jsonl"],
    "--verbose": ["-v"],
}
# x: the program uses the option with this command.
ALLOWED = """
                --config  --set  --limit  --sample  --log  --verbose
a_run           x         x      x        .         x      x
--check         x         x      .        .         .      x
--dry-run       x         x      x        .         .      x
--compare       x         x      .        x         x      x
--report        x         x      .        .         .      .
--apply         x         x      .        .         .      .
--export        x         x      .        .         .      .
--merge-cache   x         x      .        .         .      .
--import-old    .         .      .        .         .      .
--settings      .         .      .        .         .      .
--version       .         .      .        .         .      .
"""


def table() -> list[tuple[str, str, bool]]:
    heading, *rows = (line.split() for line in ALLOWED.strip().splitlines())
    return [
        (row[0].replace("_", " "), option, mark == "x")
        for row in rows
        for option, mark in zip(heading, row[1:], strict=True)
    ]


def test_the_table_is_complete() -> None:
    assert {(command, option) for command, option, _ in table()} == {
        (command, option) for command in COMMANDS for option in OPTIONS
    }


@in_one_test(("command", "option", "is_allowed"), table())
def test_an_option_that_a_command_would_ignore_is_refused(
    command: str, option: str, is_allowed: bool
) -> None:
    words = [*COMMANDS[command], *OPTIONS[option]]
    if is_allowed:
        assert arguments(words)
        return
    with pytest.raises(UserError) as caught:
        arguments(words)
    said = str(caught.value)
    assert said.startswith(f"{option} goes with ")
    assert said.endswith(f", and not with {command}: leave it out")


@in_one_test(("one", "other"), list(combinations(list(COMMANDS)[1:], 2)))
def test_two_commands_at_once_are_refused(one: str, other: str) -> None:
    for words in ([*COMMANDS[one], *COMMANDS[other]], [*COMMANDS[other], *COMMANDS[one]]):
        with pytest.raises(UserError) as caught:
            arguments(words)
        said = f"{one} and {other} cannot be done at once: leave out all but one of them"
        assert str(caught.value) == said


def test_the_message_names_all_commands_that_the_option_goes_with() -> None:
    with pytest.raises(UserError) as caught:
        arguments(["--report", "-v"])
    assert str(caught.value) == (
        "--verbose goes with a run, --check, --dry-run, --compare or --review, and not with --report: "
        "leave it out"
    )


def test_the_program_prints_the_message_and_ends_with_2(tmp_path: Path) -> None:
    result = Project(tmp_path).run("--sample", "3")
    assert (result.code, result.out) == (2, "")
    assert result.err == "caption.py: --sample goes with --compare, and not with a run: leave it out\n"


@pytest.mark.parametrize("words", [["--limit", "0"], ["--sample", "x"], ["--dry-run", "-1"], ["--no-such"]])
def test_arguments_that_cannot_be_parsed_end_the_program_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        arguments(words)
    assert caught.value.code == 2


def test_a_path_on_the_command_line_may_stand_in_quotation_marks() -> None:
    quoted = arguments(["--apply", '"D:\\my captions\\corrections.json"', "--config", "'a b.ini'"])
    assert (quoted.apply, quoted.config) == (Path("D:\\my captions\\corrections.json"), Path("a b.ini"))
