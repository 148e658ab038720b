"""The front door: arguments, config, the stages in order, the summary, the exit code."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from errors import StageError, UserError

if TYPE_CHECKING:
    from settings import Settings

DONE, SOME_FAILED, USER_MUST_ACT, INTERRUPTED = 0, 1, 2, 130
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
    parser.add_argument("-v", "--verbose", action="store_true", help="say more of what goes on")
    parser.add_argument("--version", action="store_true", help="print the version")
    return parser.parse_args()


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} should be a whole number above 0")
    return int(text)


def main() -> int:
    """Do what the command line says; the exit code."""
    options = arguments()
    if sys.version_info < (3, 10):  # noqa: UP036 - the interpreter of a user may be older than ours
        version = sys.version.split()[0]
        print(f"caption.py: Python 3.10 or newer is needed, and this is {version}", file=sys.stderr)
        return USER_MUST_ACT
    try:
        if options.version or options.settings:
            print(_about_itself(options))
            return DONE
        return _caption(options)
    except (UserError, StageError) as error:
        print(f"caption.py: {error}", file=sys.stderr)
        return USER_MUST_ACT
    except ModuleNotFoundError as error:
        print(
            f"caption.py: the library {error.name} is not installed: pip install -r requirements.txt",
            file=sys.stderr,
        )
        return USER_MUST_ACT
    except KeyboardInterrupt:
        print("Interrupted. What is done is kept: the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED


def _about_itself(options: argparse.Namespace) -> str:
    import config

    if options.version:
        return f"Tagscribe {config.VERSION}"
    return config.default_ini().rstrip() if options.settings == "ini" else config.manual()


def _caption(options: argparse.Namespace) -> int:
    import config
    from batch import AboveTheBar
    from run import Run

    handler = AboveTheBar()
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    if options.verbose:
        for wing in ("batch", "dataset", "llm", "tag_provider", "wiki"):
            logging.getLogger(wing).setLevel(logging.DEBUG)
    settings: Settings = config.load(options.config or PROGRAM_FOLDER / "config.ini", options.set)
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, _interrupt)
    return asyncio.run(Run(settings, options.limit, say=print).through())


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    """The first Ctrl-C ends the run in order; a second one ends it at once."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda number, frame: os._exit(INTERRUPTED))
    raise KeyboardInterrupt


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    if code == INTERRUPTED:
        # Threads that wait for a wiki or a picture are not waited for.
        os._exit(code)
    sys.exit(code)
