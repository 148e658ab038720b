"""What a run tells its user: one line for each stage, what failed and why, and where the results are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from captioning.project import Project
from dataset.beside_pictures import TAGS_EXTENSION
from dataset.journal import FILE_NAME
from dataset.listing import Folder
from dataset.results import FileResults
from english import amount, first_few, first_lines
from errors import DRAFT_WAS_BETTER, NO_PICTURE_OF_TAG_FILE, NO_TAG_FILE, VIDEO, ExitCode, Problem
from llm.answers import Usage
from settings import Settings
from stage_runner import Due, Tally, counted

_MOST_LISTED = 20

_DRAFTS = "The captions are drafts, made without a model."
_WITHOUT_SERVER = (
    "To have a model write them without a server: pip install -r requirements-embedded.txt, then "
    "python caption.py --set Endpoint.url=embedded"
)
_BUILTIN = "The captions are drafts, composed from the tags alone without a model, as url = builtin says."
NO_SENTENCES = "The captions are lists of tags, as style and variants say: no model is asked for them."
MEANINGS_COME_FIRST = "Pictures are asked about when the meanings of all tags are there."
# With fewer captions, nothing is said about the model.
_FEWEST_JUDGED = 5
# Problems that many files may have, as in a folder that is not tagged yet.
_SAID_IN_ONE_LINE = {NO_TAG_FILE: "without a tag file", VIDEO: "videos"}
# These problems do not make a run incomplete.
_NO_FAILURES = {NO_PICTURE_OF_TAG_FILE, VIDEO}
_INCOMPLETE = "Not everything could be done: see above what is missing and why."
_AFTER_A_CHANGE = (
    "after a change of template, model or tags, [Dataset] existing = refresh makes them anew, and after any "
    "other change overwrite does"
)


class Product(NamedTuple):
    """What a stage makes, in words: "12 captions written", "captions are in captions".

    `title` is the section of the stage in config.ini. `all_failures` says where every failure can be found.
    """

    title: str
    noun: str
    made: str
    result: str
    place: Path
    all_failures: str


def products_of(settings: Settings) -> dict[str, Product]:
    """What each stage of a run with these settings makes, by its title."""
    dataset, cache = settings.dataset, settings.tag_provider.cache
    journal = f"each is in {dataset.captions / FILE_NAME}"
    log = "with --log FILE, each is in that file"
    products = (
        Product("TagProvider", "tag", "looked up", "tag meaning", cache, log),
        Product("Interrogator", "picture", "described", "description", dataset.descriptions, journal),
        Product("Interpreter", "caption", "written", "caption", dataset.captions, journal),
    )
    return {each.title: each for each in products}


@dataclass(slots=True)
class StageResult:
    """What came of a stage: of `total` items that were due; `existing` others were done already.

    `at_once` is how many requests at once `concurrency = auto` settled on.
    """

    total: int
    existing: int = 0
    tally: Tally = field(default_factory=Tally)
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    at_once: int | None = None


@dataclass(slots=True)
class RunSummary:
    """Tells things as they happen, each line through `say`, and remembers what the last lines need.

    `next_step` is what to do about items that wait for answers, "" where none does.
    """

    say: Callable[[str], None]
    is_anything_new: bool = False
    next_step: str = ""
    _drafts: str = ""
    _results: list[Product] = field(default_factory=list)
    _is_incomplete: bool = False
    _hint: str = ""
    _said: set[str] = field(default_factory=set)

    def once(self, line: str) -> None:
        """Say a line unless it is empty or was said before."""
        if line and line not in self._said:
            self._said.add(line)
            self.say(line)

    def no_model(self, why: str) -> None:
        """Say that captions are composed without a model, and at the end that they are drafts.

        `why` says what is missing; it is "" where the settings want no model.
        """
        self._drafts = f"{_DRAFTS} {_WITHOUT_SERVER}" if why else _DRAFTS
        if not why:
            self.once(_BUILTIN)
            return
        self.say(
            f"{why[0].upper()}{why[1:]}: the captions are drafts, composed from the tags alone. "
            "Start LM Studio, Ollama or another server and run again; drafts are then written anew."
        )

    def found(self, folder: Folder) -> None:
        """Say how many pictures there are, and list files that cannot be used."""
        self.say(f"{amount(len(folder.pictures), 'picture')} found.")
        self.files_with_problems(folder)

    def files_with_problems(self, folder: Folder, name: str = "") -> None:
        """List the files of a folder, or of the shard of this name, that cannot be used."""
        begin = f"{name}: " if name else ""
        for reason, words in _SAID_IN_ONE_LINE.items():
            if alike := [each for each in folder.problems if each.reason == reason]:
                named = first_few([each.name for each in alike])
                self.say(f"{begin}Left out, {words}: {named}; {alike[0].message}.")
        others = [each for each in folder.problems if each.reason not in _SAID_IN_ONE_LINE]
        self.listing(f"{begin}Files with a problem", others)
        self._is_incomplete |= any(each.reason not in _NO_FAILURES for each in folder.problems)

    @contextmanager
    def telling(self, product: Product, due: Due[Any]) -> Iterator[StageResult]:
        """Say what comes of the stage that runs inside, in one line where it ends early."""
        result = StageResult(due.total, due.existing)
        try:
            yield result
        finally:
            # Whatever ends it, Ctrl-C too, the user learns how far the stage came.
            tally = result.tally
            self.say(_line(product, result))
            changed = tally.failures or tally.excluded or tally.kept
            self.is_anything_new |= bool(tally.done or tally.waits or changed)
        self.listing("Failed", tally.failures, f"; {product.all_failures}")
        self.listing("To look at", tally.noted)
        self._hint = weak_model(dict(counted(tally.noted)).get(DRAFT_WAS_BETTER, 0), tally.done)
        self.listing("Written by hand while the run was on, and left as they are", tally.kept)
        self.listing("Excluded, and not captioned", tally.excluded)
        self._is_incomplete |= bool(tally.failures)
        if tally.done or result.existing or not result.total:
            self._results.append(product)

    def nothing_to_do(self, product: Product, existing: int) -> None:
        """Say that everything a stage would make exists."""
        if not existing:
            self.incomplete("No picture can be captioned as the files are: see the problems above.")
            return
        self.say(f"Nothing to do: {amount(existing, product.result)} there already; {_AFTER_A_CHANGE}.")
        self._results.append(product)

    def report(self, path: Path, pictures: int) -> None:
        """Say where the report is, and how much of a large data set it shows."""
        from review.report import MOST_SHOWN

        shown = "all of it" if pictures <= MOST_SHOWN else f"{MOST_SHOWN:,} of {pictures:,} pictures"
        self.once(f"See {shown} in {path}.")

    def incomplete(self, why: str) -> None:
        """Say what went wrong apart from single items, so that the result is incomplete."""
        self.say(why)
        self._is_incomplete = True

    def merge(self, other: RunSummary) -> None:
        """Take over what the summary of another process knows for the last lines."""
        self.is_anything_new |= other.is_anything_new
        self._drafts = self._drafts or other._drafts
        self._is_incomplete |= other._is_incomplete
        self._hint = other._hint or self._hint
        self._results += other._results

    def close(self, seconds: float) -> ExitCode:
        """Say the last lines; the exit code."""
        nothing = "nothing is answered yet" if self.next_step else "nothing was made"
        # Where there are captions, the place of the descriptions is not told.
        results = [each for each in self._results if each.result == "caption"] or self._results
        there = dict.fromkeys(f"{each.result}s are in {each.place}" for each in results)
        places = ", ".join(there) or nothing
        if self._is_incomplete:
            self.say(_INCOMPLETE)
        self.say(f"{places[0].upper()}{places[1:]}; {seconds:.1f} s in all.")
        drafts = self._drafts if results else ""
        for line in filter(None, (drafts, self._hint, self.next_step)):
            self.say(line)
        return ExitCode.SOME_FAILED if self._is_incomplete else ExitCode.DONE

    def listing(self, heading: str, problems: Sequence[Problem], all_of_them: str = "") -> None:
        """List problems; if there are very many, only the first, and where to find all of them."""
        if not problems:
            return
        self.say(f"{heading}:")
        for problem in problems[:_MOST_LISTED]:
            self.say(f"  {problem.name}: {problem.message}")
        if rest := problems[_MOST_LISTED:]:
            self.say(f"  … and {len(rest):,} more: {by_reason(counted(rest))}{all_of_them}")


def say_lines(heading: str, lines: Sequence[str], say: Callable[[str], None]) -> None:
    """Say lines below their heading, if there are any; only the first ones if there are very many."""
    if lines:
        say(f"{heading}:")
        for each in first_lines(lines):
            say(f"  {each}")


def replaced_sentence(noun: str, results: FileResults) -> str:
    """Where texts are kept that people wrote, after they were replaced; "" where none was."""
    if not results.saved:
        return ""
    were = "was" if results.saved == 1 else "were"
    return (
        f"{amount(results.saved, noun)} written by hand {were} replaced, and kept in "
        f"{results.replaced.folder}: "
        "the same command with --undo puts back what was replaced."
    )


def renamed_sentence(project: Project) -> str:
    """The message after tag files were renamed; "" where none was."""
    if project.in_the_way is None or not project.in_the_way.renamed:
        return ""
    pictures = amount(project.in_the_way.renamed, "picture")
    return (
        f"The tags of {pictures} are in NAME{TAGS_EXTENSION} now, because captions go into "
        f"NAME{project.settings.dataset.caption_extension} beside the pictures: "
        "the same command with --undo gives the tag files their names back."
    )


def weak_model(better: int, written: int) -> str:
    """The message about a model whose captions were worse than the draft in most cases; "" otherwise."""
    if written < _FEWEST_JUDGED or 2 * better < written:
        return ""
    return (
        f"The draft was better for {better:,} of {amount(written, 'picture')}: this model writes worse than "
        "no model; try a larger one."
    )


def by_reason(counts: Iterable[tuple[str, int]]) -> str:
    """How often each reason occurs: "2 cut off, 1 refused"."""
    return ", ".join(f"{count:,} {reason}" for reason, count in counts)


def _line(product: Product, result: StageResult) -> str:
    """A stage in one line."""
    tally, usage = result.tally, result.usage
    parts = [f"{amount(tally.done, product.noun)} {product.made}"]
    if result.existing:
        parts.append(f"{result.existing:,} there already")
    if tally.waits:
        parts.append(f"{tally.waits:,} wait for an answer")
    if tally.failures:
        parts.append(f"{len(tally.failures):,} failed ({by_reason(tally.reasons())})")
    if tally.noted:
        parts.append(f"to look at: {by_reason(counted(tally.noted))}")
    if tally.kept:
        parts.append(f"{len(tally.kept):,} written by hand meanwhile")
    if tally.excluded:
        parts.append(f"{len(tally.excluded):,} excluded")
    if usage.requests:
        cached = f" ({usage.cached_tokens:,} from the server's cache)" if usage.cached_tokens else ""
        parts.append(
            f"{amount(usage.requests, 'request')}, {amount(usage.prompt_tokens, 'token')} in{cached}, "
            f"{usage.completion_tokens:,} out"
        )
        if result.at_once:
            parts.append(f"{result.at_once} at once")
    return f"{product.title}: {'; '.join(parts)}; {result.seconds:.1f} s"
