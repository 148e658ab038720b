"""The first caption of a picture, which alone is checked: it is mended, or the draft takes its place.

Tags that it says in words that the rules do not know are found by learnt words, and by a second reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from english import amount, sentence_spans
from errors import ExcludedError, ItemError, Problem
from llm.picture_requests import Requests
from llm.prompts import Message
from reading.reader import Reader
from settings import InterpreterSettings
from tags.categories import COPYRIGHT
from writing import repair, variants
from writing.floor import is_surely_no_worse, is_taken_over, why_the_draft_is_better
from writing.judging import Judgement, PictureTags, alike, is_judged_by_rules, judge


@dataclass(frozen=True, slots=True)
class Known:
    """A text and what is known of it.

    `said` are the tags that were found in it beside those that the rules find. `form` is the form of the
    questions by which the model was asked for them, "" if it was not.
    """

    text: str
    judged: Judgement
    said: frozenset[str] = frozenset()
    form: str = ""

    @classmethod
    def of(cls, text: str, picture: PictureTags, said: frozenset[str] = frozenset(), form: str = "") -> Known:
        """A text held against the tags of its picture."""
        return cls(text, judge(text, picture, said, is_read=bool(form)), said, form)

    def at_best(self, picture: PictureTags) -> Judgement:
        """The judgement of the text if it said all tags that the rules do not find."""
        return judge(self.text, picture, {*self.said, *self.judged.not_found})

    def surely_unsaid(self, picture: PictureTags) -> Sequence[str]:
        """The tags that the text does not say in any words."""
        return self.judged.unsaid if self.form or is_judged_by_rules(self.text, self.judged, picture) else ()


class Rereading:
    """Reads texts once more, where there is a `reader`; `explain` gives what prompts tell of tags."""

    def __init__(self, reader: Reader | None, explain: Callable[[Sequence[str]], Mapping[str, str]]) -> None:
        self._reader = reader
        self._explain = explain

    @property
    def is_sure(self) -> bool:
        """Whether the model that reads is known to be nearly always right."""
        return self._reader is not None and self._reader.is_sure

    def known(self, text: str, picture: PictureTags, before: Known | None = None) -> Known:
        """Hold a text against its tags; what was read in a text `before` holds where that is a part of it."""
        kept = before if before is not None and before.text in text else None
        known = Known.of(text, picture, kept.said, kept.form) if kept else Known.of(text, picture)
        if self._reader is None or not (found := self._reader.said_as_learnt(text, known.judged.not_found)):
            return known
        return Known.of(text, picture, known.said | found, known.form)

    async def read(self, known: Known, picture: PictureTags, requests: Requests) -> Known:
        """What is known of a text once the model has read it; no more than before if the model cannot tell.

        Raises what `Reader.read` raises.
        """
        # The rules know how names of series are said.
        asked = [tag for tag in known.judged.not_found if picture.categories.get(tag) != COPYRIGHT]
        # What is said only by words that tell it is asked about along with these.
        asked += known.judged.coverage.told if asked else ()
        if self._reader is None or known.form or not asked:
            return known
        meanings = self._explain(asked)
        reading = await self._reader.read(known.text, meanings, picture.categories, requests)
        return Known.of(known.text, picture, known.said | reading.said, reading.form) if reading else known


@dataclass(slots=True)
class MainCaption:
    """The first caption of a picture, and what was done to it.

    It is the variant `name`, and the model's answer to `messages`. `known` is its text with what is known of
    it. `repaired` is whether it was mended. `floor` says why the draft was kept in its place, ""
    if it was not, and `alike` how alike the model's text and the draft are, None where there is no draft.
    """

    settings: InterpreterSettings
    rereading: Rereading
    requests: Requests
    picture: PictureTags
    messages: Sequence[Message]
    name: str
    known: Known
    repaired: bool = False
    floor: str = ""
    alike: float | None = None

    @property
    def judged(self) -> Judgement:
        """The judgement of the check on it."""
        return self.known.judged

    @property
    def journal_details(self) -> dict[str, object]:
        """The facts that the journal keeps."""
        coverage, read, reading = self.judged.coverage, self.known.said, self.known.form
        return {
            "coverage": round(coverage.score, 3),
            "missed": list(coverage.missed),
            **({"perhaps": list(coverage.perhaps)} if coverage.perhaps else {}),
            **({"adds": list(map(str, coverage.adds))} if coverage.adds else {}),
            "faults": [fault.message for fault in coverage.faults],
            "repaired": self.repaired,
            **({"floor": self.floor} if self.floor else {}),
            **({} if self.alike is None else {"alike": round(self.alike, 2)}),
            **({"read": sorted(read)} if read or reading else {}),
            **({"reading": reading} if reading else {}),
        }

    async def improve(self) -> None:
        """Mend it, or put the draft in its place where that is better."""
        if self.picture.draft:
            self.alike = alike(self.known.text, self.picture.draft)
        if self.settings.reading == "always":
            await self._read_again()
        await self._repair()
        if self.picture.draft:
            await self._fall_back()

    def keep_to(self, number: range) -> list[Problem]:
        """Leave out its last sentences where there are too many, if it says as many tags without them.

        Nothing is left out if the writer saw the picture or a description of it, because then what else the
        sentences say has a source. Returns a problem if the number of sentences is still wrong.
        """
        ends = [end for _, end in sentence_spans(self.known.text)]
        has_source = self.picture.seen or self.picture.described
        for kept in range(number[-1], len(ends)) if not has_source else ():
            known = self.rereading.known(self.known.text[: ends[kept - 1]], self.picture, self.known)
            if known.judged.rank >= self.judged.rank:
                self.known, ends = known, ends[:kept]
                break
        if len(ends) in number:
            return []
        wanted = f"{number[0]} to {number[-1]}" if len(number) > 1 else f"{number[0]}"
        sentence = f"it has {amount(len(ends), 'sentence')}, and the style asks for {wanted}"
        return [Problem("", "another number of sentences than the style has", sentence)]

    async def _read_again(self) -> None:
        """Ask the model which tags it says in words that the rules do not know."""
        self.known = await self.rereading.read(self.known, self.picture, self.requests)

    async def _surely_unsaid(self) -> Sequence[str]:
        """The tags that it certainly does not say, if it is under the least coverage."""
        least = self.settings.min_coverage
        if self.judged.coverage.score < least:
            await self._read_again()
        return self.known.surely_unsaid(self.picture) if self.judged.coverage.most < least else ()

    async def _repair(self) -> None:
        """Mend what is surely wrong, with sentences from tags or with single sentences of the model."""
        for attempt in range(1, self.settings.repairs + 1):
            text = repair.without_request(self.known.text, self.judged, self.picture)
            if text != self.known.text:
                self._take(text)
            # The draft says what is missed without a request.
            unsaid = () if self.picture.draft else await self._surely_unsaid()
            wanted = repair.request_for(self.known.text, self.judged, unsaid)
            if wanted is None:
                return
            try:
                sentence = await self._ask_for(wanted, attempt)
            except ExcludedError:
                raise
            except ItemError:
                return
            asked = f"{self.messages[-1].text} {self.picture.draft}"
            if not wanted.is_sound(sentence, self.known.text, asked):
                return
            if not self._take(wanted.applied(self.known.text, sentence)):
                return

    async def _ask_for(self, wanted: repair.Repair, attempt: int) -> str:
        turns = [
            *variants.asking_for(self.messages, [self.name]),
            Message("assistant", self.known.text),
            Message("user", wanted.request),
        ]
        return await self.requests.write(turns, variants.read_caption, retries=0, attempt=attempt)

    def _take(self, text: str) -> bool:
        """Put a text in its place if that is better; returns whether it is."""
        known = self.rereading.known(text, self.picture, self.known)
        if known.judged.rank <= self.judged.rank:
            return False
        self.known, self.repaired = known, True
        return True

    async def _fall_back(self) -> None:
        """Put the draft in its place where that is better."""
        unsaid = await self._surely_unsaid()
        if not unsaid and is_surely_no_worse(self.known.text, self.judged, self.picture.draft):
            return
        draft = judge(self.picture.draft, self.picture)
        self.floor = self._why_worse(draft, self.judged, unsaid)
        # A reader that errs in one of six calls more said in such a text than is.
        can_tell = self.rereading.is_sure or not is_taken_over(self.known.text, self.picture.draft)
        if self.floor and can_tell and not self._why_worse(draft, self.known.at_best(self.picture), ()):
            # The draft is better only if the tags that the rules do not find are really not said.
            await self._read_again()
            self.floor = self._why_worse(draft, self.judged, await self._surely_unsaid())
        if self.floor:
            self.known, self.repaired = Known(self.picture.draft, draft), False

    def _why_worse(self, draft: Judgement, judged: Judgement, unsaid: Sequence[str]) -> str:
        asked = None if self.picture.seen else self.messages[-1].text
        return why_the_draft_is_better(
            self.known.text, judged, self.picture.draft, draft, asked, says_too_little=bool(unsaid)
        )
