"""Stage 3: the caption. Tags, meanings and description ─▶ prompt ─▶ model ─▶ checks ─▶ captions/."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import batch
from composer import compose
from dataset.finishing import Finishing
from dataset.images import Picture, Pictures
from dataset.results import Results
from dataset.texts import digest
from errors import Problem
from llm.answers import Answer, total
from llm.prompts import Message, Prompt, fingerprint
from progress import Bar
from settings import InterpreterSettings
from tags.categories import CHARACTER
from writing import PICTURE_VARIABLES
from writing.judging import PictureTags
from writing.material import Material
from writing.writer import CAPTION, Captions, CaptionWriter, first_request

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

TITLE = "Interpreter"
COMPOSER = "composer"


@dataclass(frozen=True, slots=True)
class Written:
    """The captions of one picture by variant, and the fingerprint of the prompt they were made from.

    `details` is what the journal tells of them beside that: what they took, and how they were judged;
    `notes` is what of that the user should look at.
    """

    prompt: str
    captions: Mapping[str, str]
    model: str
    details: Mapping[str, object]
    notes: Sequence[Problem] = ()


class Interpreter:
    """Writes a caption for each picture: a model does, or the composer where there is none."""

    def __init__(
        self,
        settings: InterpreterSettings,
        finishing: Finishing,
        collection: Pictures,
        material: Material,
        descriptions: Results,
        results: Results,
    ) -> None:
        """Raises UserError when the template cannot be used."""
        self._finishing = finishing
        self._collection = collection
        self._material = material
        self._descriptions = descriptions
        self._results = results
        self._settings = settings
        self._prompts = [Prompt(path, PICTURE_VARIABLES) for path in settings.prompt_template_file]

    def fingerprint(self, picture: Picture, model: str) -> str:
        """What the journal knows the prompt of a picture by; raises ItemError where there can be none."""
        if model == COMPOSER:
            return _composed_from(self._collection.tags(picture).tags)
        return self._fingerprint(model, self._messages(picture))

    def messages(self, picture: Picture) -> list[Sequence[Message]]:
        """What is sent about a picture, for each template; raises ItemError where it cannot be made."""
        return [first_request(messages, self._settings) for messages in self._messages(picture)]

    async def run(
        self,
        pictures: Sequence[Picture],
        endpoint: Endpoint | None,
        bar: Bar,
        tally: batch.Tally | None = None,
    ) -> batch.Tally:
        """Write the captions: the endpoint's model does, or the composer where there is no endpoint.

        What comes of them is counted in `tally` meanwhile. Raises StageError or UserError when no further
        caption can succeed.
        """
        tally = tally or batch.Tally()
        model = endpoint.model if endpoint else COMPOSER
        work: batch.Work[Picture, Written] = batch.Work(
            title=TITLE,
            name=lambda picture: picture.name,
            ask=partial(self._ask, endpoint, CaptionWriter(self._settings, endpoint))
            if endpoint
            else self._compose,
            keep=partial(self._keep, model, tally.noted),
            failed=lambda picture, error: self._results.failed(picture.stem_name, error),
            cost=lambda written: written.details,
        )
        most = endpoint.concurrency.most_under_way if endpoint else lambda: 1
        return await batch.run(pictures, work, most, bar, tally)

    async def _ask(self, endpoint: Endpoint, writer: CaptionWriter, picture: Picture) -> Written:
        self._results.make_room(picture.stem_name)
        tags = self._collection.tags(picture).tags
        meanings = self._material.meanings
        picture_tags = PictureTags(
            tags, meanings.categories(tags), self._names, meanings.implied, self._material.hidden
        )
        asked = self._messages(picture)
        # All that is asked of one picture holds one slot, and follows while the server remembers the prompt.
        async with endpoint.concurrency:
            answers = [await writer.write(messages, picture_tags) for messages in asked]
        details = {**total(answers).cost, **answers[0].result.journal_details}
        prompt = self._fingerprint(endpoint.model, asked)
        notes = [note for answer in answers for note in answer.result.notes]
        return Written(prompt, self._by_variant(answers), answers[0].model, details, notes)

    def _by_variant(self, answers: Sequence[Answer[Captions]]) -> dict[str, str]:
        """The captions of all templates; where there are several, a variant is called after its template."""
        if len(answers) == 1:
            return dict(answers[0].result.by_variant)
        return {
            f"{prompt.path.stem} {variant}": caption
            for prompt, answer in zip(self._prompts, answers, strict=True)
            for variant, caption in answer.result.by_variant.items()
        }

    async def _compose(self, picture: Picture) -> Written:
        tags = self._collection.tags(picture).tags
        caption = compose(tags, self._material.meanings.categories(tags))
        return Written(_composed_from(tags), {CAPTION: caption}, COMPOSER, {})

    def _messages(self, picture: Picture) -> list[list[Message]]:
        """The messages of each template."""
        tags = self._collection.tags(picture)
        description = self._descriptions.read(picture.stem_name) or ""
        return [
            prompt.messages(self._material.values(picture, tags, description, prompt.uses))
            for prompt in self._prompts
        ]

    def _fingerprint(self, model: str, asked: Sequence[Sequence[Message]]) -> str:
        """Of all that decides what the captions say."""
        wanted = Message("user", ", ".join(self._settings.variants))
        return fingerprint(model, [wanted, *(message for messages in asked for message in messages)])

    @cached_property
    def _names(self) -> frozenset[str]:
        """The characters of the whole data set, so that one who is not in a picture is noticed."""
        categories = self._material.meanings.categories(list(self._collection.survey().counts))
        return frozenset(tag for tag, category in categories.items() if category == CHARACTER)

    def _keep(self, model: str, noted: list[Problem], picture: Picture, written: Written) -> None:
        text, notes = self._finishing.text(written.captions)
        self._results.keep(
            picture.stem_name,
            text,
            prompt=written.prompt,
            model=written.model,
            draft=model == COMPOSER,
            details={**written.details, **({"notes": [note.message for note in notes]} if notes else {})},
        )
        # The same is said of thousands of pictures, and kept once.
        noted += [
            Problem(picture.name, note.reason, sys.intern(note.message)) for note in (*written.notes, *notes)
        ]


def _composed_from(tags: Sequence[str]) -> str:
    return digest("\0".join((COMPOSER, *tags)))
