"""The command line: one command, and the options that go with it.

Nothing here needs a newer Python than 3.9, so that the program can still say that its Python is too old.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from decoding import unquoted
from errors import UserError
from printing import printable

USUAL_SAMPLE = 20
# The command if the command line names none.
_RUN = "a run"


class Argument(NamedTuple):
    """One argument: its names, its help text, and how argparse reads its value."""

    names: str
    help: str
    form: dict[str, Any]

    @property
    def flag(self) -> str:
        """Its long name."""
        return self.names.split()[-1]

    def is_given(self, options: argparse.Namespace) -> bool:
        """Whether it is on the command line."""
        return bool(getattr(options, self.flag[2:].replace("-", "_")))


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} should be a whole number above 0; a folder comes first")
    return int(text)


def _part(text: str) -> tuple[int, int]:
    """`3/16` as the two numbers."""
    number, _, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text} should be K/N with K from 1 to N, such as 3/16")
    return int(number), int(parts)


def _path(text: str) -> Path:
    return Path(unquoted(text))


_SWITCH: dict[str, Any] = {"action": "store_true"}
_FILE: dict[str, Any] = {"type": _path, "metavar": "FILE"}
_NUMBER: dict[str, Any] = {"type": _count, "metavar": "N"}
_COMMANDS = (
    Argument("--check", "check everything that a run needs, and change nothing", _SWITCH),
    Argument(
        "--dry-run",
        "show what would be sent for N pictures and what a run would take; write nothing",
        {**_NUMBER, "nargs": "?", "const": 1},
    ),
    Argument(
        "--compare",
        "caption the same pictures with these settings and with those of another file, and show both",
        {"type": _path, "metavar": "OTHER.ini"},
    ),
    Argument("--report", "write report.html from the results so far, and nothing else", _SWITCH),
    Argument("--review", "serve the report to your browser, and write at once what is corrected", _SWITCH),
    Argument("--apply", "apply the corrections that the report saved", _FILE),
    Argument("--undo", "put back the captions and descriptions that the last run replaced", _SWITCH),
    Argument(
        "--export",
        "write the captions to a folder or file, in the form that a trainer reads or as parquet; alone, "
        "it names the trainers",
        {"type": unquoted, "nargs": "*", "metavar": ("TARGET", "PLACE")},
    ),
    Argument("--merge-cache", "add another tags_cache.json to yours; a tag in both keeps your entry", _FILE),
    Argument(
        "--import-old",
        "take over config.ini, templates and texts of the script tag-based-image-captioning",
        {"type": _path, "metavar": "FOLDER"},
    ),
    Argument(
        "--settings",
        "print all settings, as a table or as a new config.ini",
        {"nargs": "?", "const": "table", "choices": ("table", "ini")},
    ),
    Argument("-h --help", "show this help", _SWITCH),
    Argument("--version", "print the version", _SWITCH),
)
_OPTIONS = (
    Argument("--config", "the file of settings; default: config.ini beside caption.py", _FILE),
    Argument(
        "--set",
        "one setting for this time, such as Interrogator.skip=False; may be given several times",
        {"action": "append", "default": [], "metavar": "Section.key=value"},
    ),
    Argument("--beside", "put each caption beside its picture, and not into FOLDER/captions", _SWITCH),
    Argument("--limit", "caption at most N of the pictures that are due", _NUMBER),
    Argument("--batch-fetch", "with url = batch, first get the answers that are there by now", _SWITCH),
    Argument("--batch-submit", "with url = batch, in the end send what is not answered yet", _SWITCH),
    Argument(
        "--part",
        "caption the K-th of N parts of the shards that [Dataset] images names, such as 3/16",
        {"type": _part, "metavar": "K/N"},
    ),
    Argument("--sample", f"compare N pictures; default: {USUAL_SAMPLE}", _NUMBER),
    Argument("--log", "write everything that happens to a file, one JSON line for each event", _FILE),
    Argument("--yes", "fetch the model of url = embedded without asking", _SWITCH),
    Argument("-v --verbose", "print more about what happens", _SWITCH),
)
_WITHOUT_SETTINGS = ("--import-old", "--settings", "--help", "--version")
_WITH_SETTINGS = (_RUN, *(each.flag for each in _COMMANDS if each.flag not in _WITHOUT_SETTINGS))
_GOES_WITH = {
    "--config": _WITH_SETTINGS,
    "--set": _WITH_SETTINGS,
    "--beside": _WITH_SETTINGS,
    "--limit": (_RUN, "--dry-run"),
    "--batch-fetch": (_RUN,),
    "--batch-submit": (_RUN,),
    "--part": (_RUN,),
    "--sample": ("--compare",),
    "--log": (_RUN, "--compare"),
    "--yes": (_RUN, "--compare"),
    "--verbose": (_RUN, "--check", "--dry-run", "--compare", "--review"),
}
# Arguments of tag-based-image-captioning, and what to do now.
_OF_THE_OLDER_SCRIPT = {
    ("-id", "--image_dir"): "write images = FOLDER under [Dataset] in config.ini",
    ("-td", "--tags_dir"): "copy the tag files beside their pictures",
    ("-s", "--supported_image_types"): "pictures of all common types are read, so leave it out",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(printable(message))


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line, or `words`.

    With --help, `help` is the text to show. `typed` are the settings of --set alone, and `set` also what the
    folder sets. An argument that cannot be parsed ends the program. Raises
    UserError for arguments that do not go together.
    """
    parser = _Parser(
        prog="caption.py",
        add_help=False,
        description="Writes captions for pictures with booru tags, as config.ini says.",
        epilog="Exit code: 0 all done, 1 some items failed, 2 you must act, 130 interrupted.",
    )
    parser.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help="the folder of the pictures, whatever config.ini says; captions go into FOLDER/captions",
    )
    for title, members in (("commands, instead of a run", _COMMANDS), ("options", _OPTIONS)):
        group = parser.add_argument_group(title)
        for each in members:
            group.add_argument(*each.names.split(), help=each.help, **each.form)
    for word in sys.argv[1:] if words is None else words:
        for names, now in _OF_THE_OLDER_SCRIPT.items():
            if word.partition("=")[0] in names:
                raise UserError(f"{word} is of tag-based-image-captioning: {now}")
    options = parser.parse_args(words)
    options.typed = options.set
    if options.help:
        options.help = parser.format_help()
        return options
    if options.export == []:
        options.export = [""]
    _refuse_conflicting_options(options)
    options.set = [*_folders(options.folder, beside=options.beside), *options.set]
    return options


def _folders(folder: str | None, *, beside: bool) -> list[str]:
    """What FOLDER and --beside set."""
    if folder is None:
        return ["Dataset.captions=beside"] if beside else []
    images = _path_of(folder)
    captions = "beside" if beside else images / "captions"
    places = {"images": images, "captions": captions, "descriptions": images / "descriptions"}
    return [f"Dataset.{key}={place}" for key, place in places.items()]


def _path_of(folder: str) -> Path:
    # A path that Windows quotes may end in a quotation mark.
    return Path(unquoted(folder).strip('"')).absolute()


def refuse_no_folder(folder: str | None) -> None:
    """Raise UserError where FOLDER is given and is no folder."""
    if folder is not None and not (path := _path_of(folder)).is_dir():
        what = f"is a file: name its folder, {path.parent}" if path.is_file() else "is no folder"
        cut = "; one with & in its path needs quotation marks" if sys.platform == "win32" else ""
        raise UserError(f"{folder} {what}{cut}; commands begin with --, such as --check")


def _refuse_conflicting_options(options: argparse.Namespace) -> None:
    commands = [each.flag for each in _COMMANDS if each.is_given(options)] or [_RUN]
    if len(commands) > 1:
        raise UserError(f"{_listed(commands)} cannot be done at once: leave out all but one of them")
    for flag in (each.flag for each in _OPTIONS if each.is_given(options)):
        if commands[0] not in _GOES_WITH[flag]:
            fitting = _listed(_GOES_WITH[flag], "or")
            raise UserError(f"{flag} goes with {fitting}, and not with {commands[0]}: leave it out")


def _listed(flags: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, (", ".join(flags[:-1]), flags[-1])))
