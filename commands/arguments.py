"""What can stand on the command line: one thing to do, and what goes with it.

Nothing here needs a newer Python than 3.9, so that an older one than ours can be told that it is too old.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from errors import UserError

USUAL_SAMPLE = 20
# What is done where nothing else is said.
_RUN = "a run"


class Argument(NamedTuple):
    """One argument: its names, what it means, and how argparse is to read what follows it."""

    names: str
    meaning: str
    form: dict[str, Any]

    @property
    def flag(self) -> str:
        """The long one of its names."""
        return self.names.split()[-1]

    def is_said(self, options: argparse.Namespace) -> bool:
        """Whether it stands on the command line."""
        return bool(getattr(options, self.flag[2:].replace("-", "_")))


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} should be a whole number above 0")
    return int(text)


_SWITCH: dict[str, Any] = {"action": "store_true"}
_FILE: dict[str, Any] = {"type": Path, "metavar": "FILE"}
_NUMBER: dict[str, Any] = {"type": _count, "metavar": "N"}
_COMMANDS = (
    Argument("--check", "look at everything that a run needs, and change nothing", _SWITCH),
    Argument(
        "--dry-run",
        "show what would be sent for N pictures, and what the run would take; write nothing",
        {**_NUMBER, "nargs": "?", "const": 1},
    ),
    Argument(
        "--compare",
        "have these settings and those of another file caption the same pictures, and show both",
        {"type": Path, "metavar": "OTHER.ini"},
    ),
    Argument("--report", "only write report.html beside the captions, from what is there", _SWITCH),
    Argument("--apply", "take over the corrections that the report saved", _FILE),
    Argument(
        "--export",
        "write the captions that there are for a trainer, or as parquet, to a folder or file",
        {"nargs": "+", "metavar": ("TARGET", "PLACE")},
    ),
    Argument(
        "--merge-cache",
        "bring somebody else's tags_cache.json into yours, which wins where both know a tag",
        _FILE,
    ),
    Argument(
        "--settings",
        "print the manual of all settings, as a table or as a fresh config.ini",
        {"nargs": "?", "const": "table", "choices": ("table", "ini")},
    ),
    Argument("--version", "print the version", _SWITCH),
)
_MANNERS = (
    Argument("--config", "the settings; default: config.ini beside caption.py", _FILE),
    Argument(
        "--set",
        "one setting for this time, such as Interrogator.skip=False; may be repeated",
        {"action": "append", "default": [], "metavar": "Section.key=value"},
    ),
    Argument("--limit", "do at most N of the pictures that are due", _NUMBER),
    Argument("--sample", f"compare over N pictures; default: {USUAL_SAMPLE}", _NUMBER),
    Argument("--log", "keep all that happens in a file, one JSON line an event", _FILE),
    Argument("-v --verbose", "say more of what goes on", _SWITCH),
)
_WITH_SETTINGS = (
    *(_RUN, "--check", "--dry-run", "--compare", "--report", "--apply", "--export", "--merge-cache"),
)
_GOES_WITH = {
    "--config": _WITH_SETTINGS,
    "--set": _WITH_SETTINGS,
    "--limit": (_RUN, "--dry-run"),
    "--sample": ("--compare",),
    "--log": (_RUN, "--compare"),
    "--verbose": (_RUN, "--check", "--dry-run", "--compare"),
}


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says, or `words` do.

    What cannot be read ends the program. Raises UserError for what can, but would not be heeded.
    """
    parser = argparse.ArgumentParser(
        prog="caption.py",
        description="Writes captions for pictures with booru tags, as config.ini says.",
        epilog="Exit code: 0 all done, 1 some items failed, 2 you must act, 130 interrupted.",
    )
    for title, members in (("what to do instead of a run", _COMMANDS), ("how to do it", _MANNERS)):
        group = parser.add_argument_group(title)
        for each in members:
            group.add_argument(*each.names.split(), help=each.meaning, **each.form)
    options = parser.parse_args(words)
    _refuse_what_is_not_heeded(options)
    return options


def _refuse_what_is_not_heeded(options: argparse.Namespace) -> None:
    commands = [each.flag for each in _COMMANDS if each.is_said(options)] or [_RUN]
    if len(commands) > 1:
        raise UserError(f"{_listed(commands)} are different things to do: leave all but one of them out")
    for flag in (each.flag for each in _MANNERS if each.is_said(options)):
        if commands[0] not in _GOES_WITH[flag]:
            fitting = _listed(_GOES_WITH[flag], "or")
            raise UserError(f"{flag} goes with {fitting}, and not with {commands[0]}: leave it out")


def _listed(flags: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, (", ".join(flags[:-1]), flags[-1])))
