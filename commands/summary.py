"""What a run tells its user: one line a stage, what failed and why, where the captions are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from batch import Failure, Tally, counted
from dataset.images import Folder, printable
from llm.usage import Usage

DONE, SOME_FAILED = 0, 1
_MOST_LISTED = 20

NO_MODEL = (
    "No model server answers on this computer: the captions are drafts, composed from the tags alone. "
    "Start LM Studio, Ollama or another server and run again; drafts are then written anew."
)
BUILTIN = "The captions are drafts, composed from the tags alone without a model, as url = builtin says."


@dataclass(slots=True)
class Outcome:
    """What came of one stage; `done` are pictures or tags, `noun` says which."""

    title: str
    noun: str
    tally: Tally
    skipped: int = 0
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0

    def figures(self) -> dict[str, object]:
        """The stage in figures, for the log."""
        return {
            "done": self.tally.done,
            "failed": len(self.tally.failures),
            "reasons": dict(self.tally.reasons()),
            "excluded": len(self.tally.excluded),
            **asdict(self.usage),
            "seconds": round(self.seconds, 3),
        }

    def line(self) -> str:
        """The stage in one line."""
        parts = [f"{self.tally.done:,} {self.noun}"]
        if self.skipped:
            parts.append(f"{self.skipped:,} there already")
        if self.tally.failures:
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.tally.reasons())
            parts.append(f"{len(self.tally.failures):,} failed ({reasons})")
        if self.tally.noted:
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in counted(self.tally.noted))
            parts.append(f"to look at: {reasons}")
        if self.tally.excluded:
            parts.append(f"{len(self.tally.excluded):,} excluded")
        if self.usage.requests:
            cached = (
                f" ({self.usage.cached_tokens:,} from the server's cache)" if self.usage.cached_tokens else ""
            )
            parts.append(
                f"{self.usage.requests:,} requests, {self.usage.prompt_tokens:,} tokens in{cached}, "
                f"{self.usage.completion_tokens:,} out"
            )
        return f"{self.title}: {'; '.join(parts)}; {self.seconds:.1f} s"


@dataclass(slots=True)
class Summary:
    """Says the lines in the order in which things happen, and remembers what the end has to tell."""

    say: Callable[[str], None]
    captions: Path
    _without_model: str = ""
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
        self.say(f"{len(folder.pictures):,} pictures found.")
        problems = [Failure(each.name, each.reason, each.message) for each in folder.problems]
        self._list("Not as they should be", problems)
        self._is_incomplete |= any(each.reason != "tag file without picture" for each in folder.problems)

    def passed_over(self, title: str, why: str) -> None:
        """Say that a stage is left out."""
        self.say(f"{title}: passed over, {why}")

    def outcome(self, outcome: Outcome) -> None:
        """Say what came of a stage."""
        self.say(outcome.line())
        journal = self.captions / "journal.jsonl"
        self._list("Failed", outcome.tally.failures, f"; each is in {journal}")
        self._list("To look at", outcome.tally.noted)
        self._list("Excluded, and never sent", outcome.tally.excluded)
        self._is_incomplete |= bool(outcome.tally.failures)

    def report(self, path: Path, pictures: int) -> None:
        """Say where the report is, and how much of a large data set it shows."""
        from review.gathering import MOST_SHOWN

        shown = "all of it" if pictures <= MOST_SHOWN else f"{MOST_SHOWN:,} of {pictures:,} pictures"
        self.once(f"See {shown} in {path}.")

    def trouble(self, what: str) -> None:
        """Say what went wrong beside the items, after which the result is not complete."""
        self.say(what)
        self._is_incomplete = True

    def close(self, seconds: float) -> int:
        """Say the end; the exit code."""
        self.say(f"Captions are in {self.captions}; {seconds:.1f} s in all.")
        if self._without_model:
            self.say(self._without_model)
        return SOME_FAILED if self._is_incomplete else DONE

    def _list(self, heading: str, failures: Sequence[Failure], where: str = "") -> None:
        if not failures:
            return
        self.say(f"{heading}:")
        for failure in failures[:_MOST_LISTED]:
            self.say(f"  {printable(failure.name)}: {printable(failure.message)}")
        rest = Counter(failure.reason for failure in failures[_MOST_LISTED:])
        if rest:
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in rest.most_common())
            self.say(f"  … and {rest.total():,} more: {reasons}{where}")
