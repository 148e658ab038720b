"""The entry point: does what the command line asks for, and ends with the exit code."""

from __future__ import annotations

import errno
import gc
import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from commands.arguments import USUAL_SAMPLE, arguments, refuse_no_folder
from commands.terminal import Asking, Interruption, prepare_streams
from errors import ExitCode, StageError, UserError
from printing import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Coroutine, Sequence
    from typing import TypeVar

    from settings import Settings

    Result = TypeVar("Result")

# By default Python looks for garbage after every 700 new objects, which takes an eighth of a run. What a
# start makes stays to the end, so nothing of it is looked at.
_OBJECTS_OF_A_START = 100_000
_OBJECTS_BETWEEN_COLLECTIONS = 20_000
PROGRAM_FOLDER = Path(__file__).resolve().parent


def main() -> ExitCode:
    """Do what the command line says; the exit code."""
    gc.set_threshold(_OBJECTS_OF_A_START)
    # Otherwise pydantic looks for plugins in all packages that are installed, a twentieth of a start.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    interruption = Interruption(_say_interrupted)
    interruption.listen()
    prepare_streams()
    typed: list[str] = []
    try:
        options = arguments()
        typed = options.typed
        if sys.version_info < (3, 10):  # noqa: UP036 - the interpreter of a user may be older than ours
            raise UserError(f"Python 3.10 or newer is needed, and this is {sys.version.split()[0]}")
        refuse_no_folder(options.folder)
        return _act(options, interruption)
    except (UserError, StageError) as error:
        lines = list(error.lines) if isinstance(error, UserError) else [str(error)]
        if len(lines) == 1:
            # Several are those of config.ini, which knows what was typed.
            lines = [_naming_typed_settings(lines[0], typed)]
    except OSError as error:
        if error.errno not in (errno.EMFILE, errno.ENFILE):
            raise
        lines = [f"no more files can be opened ({error.strerror}): raise the limit, see ulimit -n"]
    except ModuleNotFoundError as error:
        lines = [f"the library {error.name} is not installed: pip install -r requirements.txt"]
    print("\n".join(map(printable, (f"caption.py: {lines[0]}", *lines[1:]))), file=sys.stderr)
    return ExitCode.USER_MUST_ACT


def _naming_typed_settings(line: str, typed: Sequence[str]) -> str:
    """A message that names `[Section] key` as `--set Section.key` where the command line sets it."""
    for override in typed:
        section, _, key = override.partition("=")[0].strip().partition(".")
        named, correct = f"[{section}] {key}", f"--set {section}.{key}"
        line = line.replace(f"set {named}", f"correct {correct}").replace(named, correct)
    return line


def _settings(options: argparse.Namespace) -> Settings:
    import config

    return config.load(_config_file(options), options.set)


def _config_file(options: argparse.Namespace) -> Path:
    return options.config or PROGRAM_FOLDER / "config.ini"


def _act(options: argparse.Namespace, interruption: Interruption) -> ExitCode:
    if any((options.help, options.version, options.settings, options.merge_cache, options.report)):
        return _print_result(_text(options))
    if options.import_old:
        from commands.old_script import import_old

        import_old(options.import_old, _print)
        return ExitCode.DONE
    if options.apply:
        from commands.corrections import apply

        return apply(_settings(options), options.apply, _print)
    if options.undo:
        from commands.undo import undo

        return undo(_settings(options), _print)
    if options.export:
        return _export(options)
    if options.check:
        return _check(options, interruption)
    if options.compare:
        return _compare(options, interruption)
    if options.review:
        return _review(options, interruption)
    if options.dry_run:
        return _dry_run(options, interruption)
    return _caption(options, interruption)


def _text(options: argparse.Namespace) -> str:
    """The output of the commands that only print something."""
    if options.help:
        return str(options.help).rstrip()
    import config

    if options.version:
        return f"Tagscribe {config.VERSION}"
    if options.settings:
        return config.default_ini().rstrip() if options.settings == "ini" else config.manual()
    settings = _settings(options)
    if options.merge_cache:
        from page_summaries.saving import merge_cache_file
        from reading.memory import merge_words

        cache, other = settings.tag_provider.cache, options.merge_cache
        return printable(" ".join((merge_cache_file(cache, other), *merge_words(cache, other))))
    from captioning.project import Project

    project = Project(settings)
    project.refuse_empty()
    return printable(f"The report is {project.write_report()}.")


def _print_result(text: str) -> ExitCode:
    try:
        print("\n".join(map(printable, text.split("\n"))), flush=True)
    except BrokenPipeError:  # the reader has closed the pipe
        return ExitCode.DONE
    except OSError as error:
        raise UserError(f"the output cannot be written ({error.strerror}): make room there") from error
    return ExitCode.DONE


def _export(options: argparse.Namespace) -> ExitCode:
    from captioning.project import Project
    from commands.export import export, export_shards, targets

    if options.export == [""]:
        return _print_result(targets())
    settings = _settings(options)
    if settings.dataset.is_sharded:
        return export_shards(settings, options.export, _print)
    return export(Project(settings), options.export, _print)


def _run(work: Coroutine[None, None, Result], interruption: Interruption) -> Result:
    """Run to the end, or end the program when a signal comes."""
    import asyncio

    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        return asyncio.run(interruption.watch(work))
    except asyncio.CancelledError:
        interruption.end()


def _check(options: argparse.Namespace, interruption: Interruption) -> ExitCode:
    from commands.checkup import CheckUp

    if options.verbose:
        # Otherwise the check imports no library before it knows that the library is installed.
        _set_up_logging(options)
    check_up = CheckUp(_print, on_terminal=sys.stdout.isatty())
    return _run(check_up.run(_config_file(options), options.set), interruption)


def _compare(options: argparse.Namespace, interruption: Interruption) -> ExitCode:
    from captioning import eventlog
    from commands.comparison import read_configurations, run_comparison

    _set_up_logging(options)
    interruption.last_word = partial(_say_interrupted, "Interrupted. The same command compares anew.")
    file, count = _config_file(options), options.sample or USUAL_SAMPLE
    both = read_configurations((file, options.compare), options.set)
    settings = [each.settings for each in both]
    run = partial(run_comparison, both, file.resolve().parent, count, _print, _consent(options))
    return _run(eventlog.logged(options.log, settings, run), interruption)


def _review(options: argparse.Namespace, interruption: Interruption) -> ExitCode:
    from commands.reviewing import review

    _set_up_logging(options)
    words = "The review has ended: what it reported as written is written."
    interruption.last_word = partial(_say_interrupted, words)
    # The report of ten thousand pictures takes some seconds to be written.
    interruption.longest_end = 60
    return _run(review(_settings(options), _print), interruption)


def _dry_run(options: argparse.Namespace, interruption: Interruption) -> ExitCode:
    from commands.dry_run import DryRun

    _set_up_logging(options)
    _run(DryRun(_settings(options), options.dry_run, options.limit, _print).run(), interruption)
    return ExitCode.DONE


def _caption(options: argparse.Namespace, interruption: Interruption) -> ExitCode:
    from captioning import eventlog
    from captioning.run import Run
    from deferred.batches import Transfers

    _set_up_logging(options)
    settings = _settings(options)
    consent, transfers = _consent(options), Transfers(options.batch_fetch, options.batch_submit)

    def run() -> Coroutine[None, None, ExitCode]:
        if settings.dataset.is_sharded:
            from captioning.sharded.run import ShardRun

            part = options.part or (1, 1)
            return ShardRun(settings, options.limit, _print, consent, transfers, part).run()
        if options.part:
            raise UserError("--part is for shards, and [Dataset] images is a folder: leave it out")
        return Run(settings, options.limit, _print, consent=consent, transfers=transfers).run()

    return _run(eventlog.logged(options.log, [settings], run), interruption)


def _set_up_logging(options: argparse.Namespace) -> None:
    """Show warnings above the progress bar, and with -v details too."""
    import logging

    from progress import AboveTheBar

    logging.basicConfig(handlers=[AboveTheBar()], level=logging.WARNING)
    # They log broken headers with a traceback; the code that uses them tells the user what it means.
    for library in ("aiohttp", "urllib3"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    if options.verbose:
        for room in ("commands", "dataset", "llm", "stage_runner", "wiki", "writing"):
            logging.getLogger(room).setLevel(logging.DEBUG)


def _consent(options: argparse.Namespace) -> Asking:
    return Asking(_ask, sys.argv[1:], agreed=options.yes, on_terminal=bool(sys.stdin and sys.stdin.isatty()))


def _ask(question: str) -> str:
    print(printable(question), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()


def _print(line: str, label: str = "") -> None:
    """Print without delay, also into a pipe; if the reader has closed the pipe, drop the line.

    `label` stands before the line and may be coloured; the line holds what others wrote.
    """
    with suppress(OSError):
        print(f"{label}{printable(line)}", flush=True)


def _say_interrupted(
    words: str = "Interrupted. What is done is kept: the same command goes on from here.",
) -> None:
    # The interrupted code may be just writing to the same stream, which raises RuntimeError.
    with suppress(OSError, RuntimeError):
        print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    code = main()
    # Do not wait for a thread that still asks a wiki, nor for a pipe that nobody reads.
    os._exit(code)
