"""Has a model read captions a second time, if it has passed its examination."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from check.colours import is_colour
from check.people_said import is_about_people
from errors import ExcludedError, ItemError
from llm.picture_requests import Requests
from reading.examination import GOOD_ENOUGH, Examination, is_said, name_of
from reading.memory import JUDGES, SAID_AS, Certificate, Judges, SaidAs, as_learnt
from reading.questions import FORMS, QUOTES, WORDING
from tags.categories import ARTIST, CHARACTER, COPYRIGHT

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# After this many examinations that failed midway, no other is begun.
_MOST_BROKEN_OFF = 3
_NAMES = frozenset({ARTIST, CHARACTER, COPYRIGHT})


@dataclass(frozen=True, slots=True)
class Reading:
    """Which of the tags that were asked about a caption says, and in which form the model was asked."""

    said: frozenset[str]
    form: str


class Reader:
    """Asks the model of one endpoint which tags captions say; its files lie in `folder`.

    A model that was not examined yet is examined only if it `may_examine`. `note` is what to tell the user at
    the end of the run, "" where there is nothing to tell.
    """

    def __init__(self, folder: Path, endpoint: Endpoint) -> None:
        """Raises UserError where one of the files cannot be used."""
        self._endpoint = endpoint
        self._judges = Judges(folder / JUDGES)
        self._said_as = SaidAs(folder / SAID_AS)
        self._certificate = self._judges.get(endpoint.model, WORDING)
        self._examination = Examination()
        self._broken_off = 0
        # Captions are written at the same time, and one examination is enough for all.
        self._one_at_a_time = asyncio.Lock()
        self.may_examine = True
        self.note = ""

    @property
    def is_sure(self) -> bool:
        """Whether the model was examined and had nearly all answers right."""
        return self._certificate is not None and self._certificate.share_right >= GOOD_ENOUGH

    def said_as_learnt(self, caption: str, tags: Iterable[str]) -> frozenset[str]:
        """Those of `tags` for which the caption has words that were learnt or that a person has added."""
        return self._said_as.said_in(caption, tags)

    async def read(
        self, caption: str, tags: Mapping[str, str], categories: Mapping[str, str], requests: Requests
    ) -> Reading | None:
        """Which of `tags`, given with their meanings, the caption says; None where the model is not trusted.

        Raises ExcludedError, UserError and StageError as `requests` does.
        """
        try:
            method = (await self._examined(requests)).forms
            if not method:
                return None
            opinions = {form: await FORMS[form](caption, tags, requests) for form in method}
        except ExcludedError:
            raise
        except ItemError:
            return None
        said = frozenset(
            tag for tag in tags if is_said({form: opinions[form][tag].probability for form in method}, method)
        )
        for tag, opinion in opinions.get(QUOTES, {}).items():
            if tag in said and (words := as_learnt(opinion.quote)) and _may_be_learnt(tag, categories):
                self._said_as.add(tag, words)
        self._said_as.save()
        return Reading(said, name_of(method))

    async def _examined(self, requests: Requests) -> Certificate:
        """What came of the examination, which is held now if it was not yet.

        Raises ItemError where it cannot be held.
        """
        async with self._one_at_a_time:
            if self._certificate is None:
                self._certificate = await self._examine(requests)
                self._judges.add(self._endpoint.model, self._certificate)
        if not self._certificate.forms:
            right, of = max(self._certificate.right.values(), default=0), self._certificate.of
            self.note = (
                f"{self._endpoint.model} cannot tell well enough what a caption says ({right} of {of} pairs "
                f"right at best), so captions are held against their tags by the rules alone."
            )
        return self._certificate

    async def _examine(self, requests: Requests) -> Certificate:
        if not self.may_examine or self._broken_off >= _MOST_BROKEN_OFF:
            raise ItemError(
                "not examined", "the model was not examined, so its reading of captions cannot be trusted"
            )
        self._endpoint.on_wait("examining whether the model can tell what a caption says")
        try:
            return await self._examination.finish(requests)
        except ExcludedError:
            raise
        except ItemError:
            self._broken_off += 1
            raise
        finally:
            self._endpoint.on_wait("")


def _may_be_learnt(tag: str, categories: Mapping[str, str]) -> bool:
    """Whether other words can say a tag in every caption: not a name, a number of people or a colour."""
    if categories.get(tag) in _NAMES or is_about_people(tag):
        return False
    return not any(is_colour(word) for word in tag.split("_"))
