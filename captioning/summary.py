"""What a run tells its user: one line a stage, what failed and why, where the captions are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from batch import Tally, counted
from captioning.amounts import amount, by_reason
from captioning.effort import Effort
from dataset.file_names import printable
from dataset.journal import FILE_NAME
from dataset.listing import Folder
from errors import NO_PICTURE_OF_TAG_FILE, ExitCode, Problem
from settings import Settings

_MOST_LISTED = 20

NO_MODEL = (
    "No model server answers on this computer: the captions are drafts, composed from the tags alone. "
    "Start LM Studio, Ollama or another server and run again; drafts are then written anew."
)
BUILTIN = "The captions are drafts, composed from the tags alone without a model, as url = builtin says."
_AFTER_A_CHANGE = "after a change of template, model or tags, [Dataset] existing = refresh makes them anew"


@dataclass(frozen=True, slots=True)
class Product:
    """What a stage makes: it counts each as a `noun` that is `made`, and its `results` are in `place`.

    `failures` says where all of those that failed can be seen.
    """

    title: str
    noun: str
    made: str
    results: str
    place: Path
    failures: str


@dataclass(frozen=True, slots=True)
class Products:
    """What each of the three stages makes; they are called as their sections in config.ini are."""

    meanings: Product
    descriptions: Product
    captions: Product

    @classmethod
    def of(cls, settings: Settings) -> Products:
        """Those of a run with these settings."""
        dataset, cache = settings.dataset, settings.tag_provider.cache
        journal = f"each is in {dataset.captions / FILE_NAME}"
        log = "with --log FILE, each is in that file"
        return cls(
            Product("TagProvider", "tag", "looked up", "tag meaning", cache, log),
            Product("Interrogator", "picture", "described", "description", dataset.descriptions, journal),
            Product("Interpreter", "caption", "written", "caption", dataset.captions, journal),
        )


@dataclass(slots=True)
class Outcome:
    """What came of one stage, from its start on: `total` were to be made, and others were `there`."""

    product: Product
    total: int
    there: int = 0
    tally: Tally = field(default_factory=Tally)
    effort: Effort = field(default_factory=Effort)

    @property
    def is_anything_new(self) -> bool:
        """Whether the report would show more than before."""
        return bool(self.tally.done or self.tally.failures or self.tally.excluded)

    @property
    def is_in_vain(self) -> bool:
        """Whether nothing at all is there now."""
        return self.total > 0 and not (self.tally.done or self.there)

    def line(self) -> str:
        """The stage in one line."""
        parts = [f"{amount(self.tally.done, self.product.noun)} {self.product.made}"]
        if self.there:
            parts.append(f"{self.there:,} there already")
        if self.tally.failures:
            parts.append(f"{len(self.tally.failures):,} failed ({by_reason(self.tally.reasons())})")
        if self.tally.noted:
            parts.append(f"to look at: {by_reason(counted(self.tally.noted))}")
        if self.tally.excluded:
            parts.append(f"{len(self.tally.excluded):,} excluded")
        usage = self.effort.usage
        if usage.requests:
            cached = f" ({usage.cached_tokens:,} from the server's cache)" if usage.cached_tokens else ""
            parts.append(
                f"{amount(usage.requests, 'request')}, {amount(usage.prompt_tokens, 'token')} in{cached}, "
                f"{usage.completion_tokens:,} out"
            )
            if self.effort.at_once:
                parts.append(f"{self.effort.at_once} at once")
        return f"{self.product.title}: {'; '.join(parts)}; {self.effort.seconds:.1f} s"


@dataclass(slots=True)
class Summary:
    """Says the lines in the order in which things happen, and remembers what the end has to tell."""

    say: Callable[[str], None]
    is_anything_new: bool = False
    _without_model: str = ""
    _results: list[Product] = field(default_factory=list)
    _is_incomplete: bool = False
    _said: set[str] = field(default_factory=set)

    def once(self, line: str) -> None:
        """Say a line that needs saying only once."""
        if line not in self._said:
            self._said.add(line)
            self.say(line)

    def no_model(self, why: str) -> None:
        """Say that the composer writes, now and at the end."""
        self._without_model = why
        self.say(why)

    def problems(self, folder: Folder) -> None:
        """Say what was found, and list what cannot be used."""
        self.say(f"{amount(len(folder.pictures), 'picture')} found.")
        self.listing("Not as they should be", folder.problems)
        self._is_incomplete |= any(each.reason != NO_PICTURE_OF_TAG_FILE for each in folder.problems)

    def passed_over(self, title: str, why: str) -> None:
        """Say that a stage is left out."""
        self.say(f"{title}: passed over, {why}")

    def outcome(self, outcome: Outcome) -> None:
        """Say what came of a stage."""
        self.in_short(outcome)
        self.listing("Failed", outcome.tally.failures, f"; {outcome.product.failures}")
        self.listing("To look at", outcome.tally.noted)
        self.listing("Excluded, and never sent", outcome.tally.excluded)
        self._is_incomplete |= bool(outcome.tally.failures)
        if not outcome.is_in_vain:
            self._results.append(outcome.product)

    def in_short(self, outcome: Outcome) -> None:
        """Say in one line what came of a stage, which may have ended before its time."""
        self.say(outcome.line())
        self.is_anything_new |= outcome.is_anything_new

    def nothing_to_do(self, product: Product, there: int) -> None:
        """Say that all that a stage would make is there."""
        anew = f"; {_AFTER_A_CHANGE}" if there else ""
        self.say(f"Nothing to do: {amount(there, product.results)} there already{anew}.")
        self._results.append(product)

    def report(self, path: Path, pictures: int) -> None:
        """Say where the report is, and how much of a large data set it shows."""
        from review.report import MOST_SHOWN

        shown = "all of it" if pictures <= MOST_SHOWN else f"{MOST_SHOWN:,} of {pictures:,} pictures"
        self.once(f"See {shown} in {path}.")

    def trouble(self, what: str) -> None:
        """Say what went wrong beside the items, after which the result is not complete."""
        self.say(what)
        self._is_incomplete = True

    def close(self, seconds: float) -> ExitCode:
        """Say the end; the exit code."""
        self.say(f"{self._places()}; {seconds:.1f} s in all.")
        if self._without_model:
            self.say(self._without_model)
        return ExitCode.SOME_FAILED if self._is_incomplete else ExitCode.DONE

    def _places(self) -> str:
        """Where to find what this run was for."""
        # Whoever has captions made wants those; what they were made from is of use to the next run.
        results = [each for each in self._results if each.results == "caption"] or self._results
        places = ", ".join(f"{each.results}s are in {each.place}" for each in results)
        return f"{places[0].upper()}{places[1:]}" if places else "Nothing was made"

    def listing(self, heading: str, problems: Sequence[Problem], where: str = "") -> None:
        """Name those that failed or should be looked at; of very many the first ones."""
        if not problems:
            return
        self.say(f"{heading}:")
        for problem in problems[:_MOST_LISTED]:
            self.say(f"  {printable(problem.name)}: {printable(problem.message)}")
        if rest := problems[_MOST_LISTED:]:
            self.say(f"  … and {len(rest):,} more: {by_reason(counted(rest))}{where}")
