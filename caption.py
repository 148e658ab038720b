"""The front door: arguments, config, the stages in order, the summary, the exit code."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from commands.interruption import Interruption
from errors import StageError, UserError

if TYPE_CHECKING:
    from settings import Settings

DONE, USER_MUST_ACT = 0, 2
# Python looks for garbage whenever it has made 700 objects, which takes an eighth of a run.
_OBJECTS_BETWEEN_COLLECTIONS = 20_000
PROGRAM_FOLDER = Path(__file__).resolve().parent


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="caption.py",
        description="Writes captions for pictures with booru tags, as config.ini says.",
        epilog="Exit code: 0 all done, 1 some items failed, 2 you must act, 130 interrupted.",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the settings; default: config.ini beside caption.py"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="Section.key=value",
        help="one setting for this run, such as Interrogator.skip=False; may be repeated",
    )
    parser.add_argument("--limit", type=_count, metavar="N", help="do at most N of the pictures that are due")
    parser.add_argument(
        "--settings",
        nargs="?",
        const="table",
        choices=("table", "ini"),
        help="print the manual of all settings, as a table or as a fresh config.ini",
    )
    parser.add_argument(
        "--merge-cache",
        type=Path,
        metavar="FILE",
        help="bring somebody else's tags_cache.json into yours, which wins where both know a tag",
    )
    parser.add_argument(
        "--export",
        nargs="+",
        metavar=("TARGET", "PLACE"),
        help="write the captions that there are for a trainer, or as parquet, to a folder or file",
    )
    parser.add_argument(
        "--check", action="store_true", help="look at everything that a run needs, and change nothing"
    )
    parser.add_argument(
        "--dry-run",
        type=_count,
        nargs="?",
        const=1,
        metavar="N",
        help="show what would be sent for N pictures, and what the run would take; write nothing",
    )
    parser.add_argument(
        "--compare",
        type=Path,
        metavar="OTHER.ini",
        help="have these settings and those of another file caption the same pictures, and show both",
    )
    parser.add_argument(
        "--sample", type=_count, default=20, metavar="N", help="compare over N pictures; default: 20"
    )
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="keep all that happens in a file, one JSON line an event"
    )
    parser.add_argument(
        "--report", action="store_true", help="only write report.html beside the captions, from what is there"
    )
    parser.add_argument(
        "--apply", type=Path, metavar="FILE", help="take over the corrections that the report saved"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="say more of what goes on")
    parser.add_argument("--version", action="store_true", help="print the version")
    return parser.parse_args()


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} should be a whole number above 0")
    return int(text)


def main() -> int:
    """Do what the command line says; the exit code."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    interruption = Interruption(_last_word)
    interruption.listen()
    _write_any_name()
    options = arguments()
    if sys.version_info < (3, 10):  # noqa: UP036 - the interpreter of a user may be older than ours
        version = sys.version.split()[0]
        print(f"caption.py: Python 3.10 or newer is needed, and this is {version}", file=sys.stderr)
        return USER_MUST_ACT
    try:
        return _act(options, interruption)
    except (UserError, StageError) as error:
        print(f"caption.py: {error}", file=sys.stderr)
        return USER_MUST_ACT
    except ModuleNotFoundError as error:
        print(
            f"caption.py: the library {error.name} is not installed: pip install -r requirements.txt",
            file=sys.stderr,
        )
        return USER_MUST_ACT


def _act(options: argparse.Namespace, interruption: Interruption) -> int:
    if options.version or options.settings:
        return _tell(_about_itself(options))
    if options.merge_cache:
        return _tell(_merged(options))
    if options.report or options.apply:
        return _tell(_reviewed(options))
    if options.export:
        return _exported(options)
    if options.check:
        return _checked(options, interruption)
    if options.compare:
        return _compared(options)
    if options.dry_run:
        return _rehearsed(options, interruption)
    return _caption(options, interruption)


def _tell(text: str) -> int:
    try:
        print(text, flush=True)
    except BrokenPipeError:  # whoever reads has read enough
        return DONE
    except OSError as error:
        raise UserError(f"the output cannot be written ({error.strerror}): make room there") from error
    return DONE


def _about_itself(options: argparse.Namespace) -> str:
    import config

    if options.version:
        return f"Tagscribe {config.VERSION}"
    return config.default_ini().rstrip() if options.settings == "ini" else config.manual()


def _merged(options: argparse.Namespace) -> str:
    import config
    from writing import sharing

    settings = config.load(options.config or PROGRAM_FOLDER / "config.ini", options.set)
    return sharing.merge(settings.tag_provider.cache, options.merge_cache)


def _reviewed(options: argparse.Namespace) -> str:
    import config
    from commands import corrections
    from commands.project import Project

    settings = config.load(options.config or PROGRAM_FOLDER / "config.ini", options.set)
    if options.apply:
        return corrections.apply(settings, options.apply)
    return f"The report is {Project(settings).write_report()}."


def _exported(options: argparse.Namespace) -> int:
    import config
    from commands import export
    from commands.project import Project

    settings = config.load(options.config or PROGRAM_FOLDER / "config.ini", options.set)
    return export.export(Project(settings), options.export, _print)


def _checked(options: argparse.Namespace, interruption: Interruption) -> int:
    import asyncio

    from commands.checkup.visit import Visit

    visit = Visit(_print, on_terminal=sys.stdout.isatty())
    config_file = options.config or PROGRAM_FOLDER / "config.ini"
    try:
        return asyncio.run(interruption.watch(visit.through(config_file, options.set)))
    except asyncio.CancelledError:
        interruption.end()


def _compared(options: argparse.Namespace) -> int:
    import asyncio

    from commands.comparison import Comparison

    _say_more(options)
    interruption = Interruption(lambda: _last_word("Interrupted. The same command compares anew."))
    interruption.listen()
    files = (options.config or PROGRAM_FOLDER / "config.ini", options.compare)
    try:
        return asyncio.run(
            interruption.watch(Comparison(files, options.set, options.sample, _print).through())
        )
    except asyncio.CancelledError:
        interruption.end()


def _rehearsed(options: argparse.Namespace, interruption: Interruption) -> int:
    import asyncio

    import config
    from commands.rehearsal import Rehearsal

    settings = config.load(options.config or PROGRAM_FOLDER / "config.ini", options.set)
    try:
        asyncio.run(interruption.watch(Rehearsal(settings, options.dry_run, options.limit, _print).through()))
    except asyncio.CancelledError:
        interruption.end()
    return DONE


def _caption(options: argparse.Namespace, interruption: Interruption) -> int:
    import asyncio

    import config
    from commands import eventlog
    from commands.run import Run

    _say_more(options)
    settings: Settings = config.load(options.config or PROGRAM_FOLDER / "config.ini", options.set)
    try:
        with eventlog.kept(options.log, settings) as ending:
            ending.code = asyncio.run(
                interruption.watch(Run(settings, options.limit, say=_print).through())
            )
        return ending.code
    except asyncio.CancelledError:
        interruption.end()


def _say_more(options: argparse.Namespace) -> None:
    """Let warnings stand above the bar, and with -v all that goes on."""
    import logging

    from progress import AboveTheBar

    handler = AboveTheBar()
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    if options.verbose:
        for wing in ("batch", "commands", "dataset", "llm", "tag_provider", "wiki", "writing"):
            logging.getLogger(wing).setLevel(logging.DEBUG)


def _print(line: str) -> None:
    """Print at once, for those who watch a pipe; who has closed it wants to read no more."""
    with suppress(OSError):
        print(line, flush=True)


def _last_word(words: str = "Interrupted. What is done is kept: the same command goes on from here.") -> None:
    # A bar may be half written by the very code that was interrupted.
    with suppress(OSError, RuntimeError):
        print(words, file=sys.stderr, flush=True)


def _write_any_name() -> None:
    """Let no name of a picture be more than the console can show: Windows still has old code pages."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    code = main()
    # Nothing waits for a thread that still asks a wiki, nor for a pipe that nobody reads.
    os._exit(code)
