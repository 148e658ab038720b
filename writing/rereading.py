"""Tags that a caption says in words that the rules do not know: learnt words, and a second reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from llm.picture_requests import Requests
from reading.reader import Reader
from tags.categories import COPYRIGHT
from writing.judging import Judgement, PictureTags, is_judged_by_rules, judge


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

    def at_best(self, picture: PictureTags) -> Judgement:
        """The judgement of the text if it said all tags that the rules do not find."""
        return judge(self.text, picture, {*self.said, *self.judged.not_found})

    def surely_unsaid(self, picture: PictureTags) -> Sequence[str]:
        """The tags that the text does not say in any words."""
        return self.judged.unsaid if self.form or is_judged_by_rules(self.text, self.judged, picture) else ()


class Rereading:
    """Reads texts once more, where there is a `reader`.

    `explain` gives the meanings of tags, as far as a prompt would tell them.
    """

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
        said, form = (kept.said, kept.form) if kept else (frozenset[str](), "")
        known = Known(text, judge(text, picture, said, is_read=bool(form)), said, form)
        if self._reader is None or not (found := self._reader.said_as_learnt(text, known.judged.not_found)):
            return known
        said |= found
        return Known(text, judge(text, picture, said, is_read=bool(form)), said, form)

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
        tags = {tag: meanings.get(tag, "") for tag in asked}
        reading = await self._reader.read(known.text, tags, picture.categories, requests)
        if reading is None:
            return known
        said = known.said | reading.said
        return Known(known.text, judge(known.text, picture, said, is_read=True), said, reading.form)
