"""Stage 3: the caption. Tags, meanings and description ─▶ prompt ─▶ model ─▶ checks ─▶ captions/."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from dataset.pictures import Picture
from dataset.text_digests import digest
from dataset.wanted import Maker
from errors import ItemError, Problem, WaitingError
from llm.answers import Usage
from llm.prompts import Message, Prompt, fingerprint, with_request
from reading.examination import is_worth_examining
from reading.reader import Reader
from stage_runner import Due
from styling.tag_line import Tagged
from writing import PICTURE_VARIABLES
from writing.improving import Rereading
from writing.judging import PictureTags
from writing.picture_stage import DataSet, PictureStage
from writing.structures import TASKS, StructuredWriter
from writing.variants import asking_for
from writing.writer import Captions, CaptionWriter

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

COMPOSER = "composer"

# Sorting more pictures than these would take half a minute and some 50 MB.
_MOST_SORTED = 100_000


@dataclass(frozen=True, slots=True)
class Written:
    """The sentences of the captions of one picture by variant, and the digest of what they were made from.

    `details` is what the journal keeps beside them: what they took and what the check found. `notes` are
    faults that the user should look at.
    """

    prompt: str
    captions: Mapping[str, str]
    model: str
    details: Mapping[str, object]
    notes: Sequence[Problem] = ()


class Interpreter(PictureStage[Written]):
    """Writes a caption for each picture: a model does, or the composer where there is no endpoint."""

    title = "Interpreter"

    def __init__(
        self,
        data_set: DataSet,
        endpoint: Endpoint | None = None,
        *,
        sees: bool = False,
        waiting: frozenset[str] = frozenset(),
    ) -> None:
        """If it `sees`, each picture is sent along; raises UserError when a template cannot be used.

        `waiting` are the names of pictures whose descriptions are not there yet.
        """
        super().__init__(data_set, data_set.captions, endpoint, sees=sees)
        self._waiting = waiting
        self._settings = settings = data_set.settings.interpreter
        self._finishing = data_set.finishing
        self._forms = data_set.finishing.forms
        self._descriptions = data_set.descriptions
        self._model = endpoint.model if endpoint else COMPOSER
        folder = data_set.settings.tag_provider.cache.parent
        self._reader = Reader(folder, endpoint) if endpoint and settings.reading != "never" else None
        rereading = Rereading(self._reader, self._material.explained)
        self._writer: CaptionWriter | StructuredWriter | None = None
        if endpoint and self._forms.structure:
            self._writer = StructuredWriter(settings, self._forms, endpoint)
        elif endpoint:
            self._writer = CaptionWriter(settings, self._forms, endpoint, rereading)
        self._templates = settings.prompt_template_file
        self._prompts = {path: Prompt(path, PICTURE_VARIABLES) for path in self._templates.all}

    def due(self) -> Due[list[Picture]]:
        """The pictures without a caption that is up to date; for a model, drafts are not."""
        fingerprint_of = partial(self.fingerprint, model=self._model)
        pictures, existing = self._wanted.due(self._results, fingerprint_of, self.maker)
        if self._endpoint is not None:
            pictures = self.in_order_of_prompts(pictures)
        if self._reader is not None:
            # With answers that come later, each of its hundred questions would take a batch of its own.
            later = self._endpoint is not None and self._endpoint.answers_later
            self._reader.may_examine = not later and is_worth_examining(self._settings.reading, len(pictures))
        return Due(pictures, len(pictures), existing)

    @property
    def maker(self) -> Maker:
        """Who writes captions now; a list of tags takes no model, so nobody stands in for one."""
        if self._endpoint is not None:
            return "model"
        needs_model = self._forms.written_by_model and self._settings.endpoint.url != "builtin"
        return "stand-in" if needs_model else "composer"

    def in_order_of_prompts(self, pictures: list[Picture]) -> list[Picture]:
        """Sort pictures so that each prompt begins like the one before it, which servers keep in a cache."""

        def key(picture: Picture) -> tuple[object, ...]:
            try:
                return False, *self._material.sort_key(self._collection.tags(picture))
            except ItemError:
                return (True,)

        return sorted(pictures, key=key) if 1 < len(pictures) <= _MOST_SORTED else pictures

    @property
    def reading_note(self) -> str:
        """What to tell the user of the second reading of captions, "" where there is nothing to tell."""
        return self._reader.note if self._reader else ""

    async def ask(self, picture: Picture) -> Written:
        """Have the caption written."""
        if picture.name in self._waiting:
            raise WaitingError("its description comes later")
        self._results.make_room(picture.stem_name)
        if self._endpoint is None or self._writer is None:
            return self.compose(picture)
        description = self._descriptions.read(picture.stem_name)
        picture_tags = self.picture_tags(picture, description)
        asked = self._messages(picture, description)
        prompt = self._fingerprint(self._model, asked, picture)
        if self._sees:
            asked = await self._in_thread(partial(self._with_picture, asked, picture))
        # One slot is held for everything that is asked about a picture, so that one request follows the other
        # while the server still has the prompt in its cache.
        async with self._endpoint.concurrency:
            admit = partial(self._admit, picture, description)
            answers = await self._write_all(self._writer, asked, picture_tags, admit)
        sees = {"sees": True} if self._sees else {}
        usage = sum((each.requests.usage for each in answers), Usage())
        seconds = sum(each.requests.seconds for each in answers)
        details = {**usage.cost(seconds), **sees, **answers[0].journal_details}
        notes = [note for answer in answers for note in answer.notes]
        return Written(prompt, self._by_variant(answers), answers[0].requests.model, details, notes)

    @staticmethod
    async def _write_all(
        writer: CaptionWriter | StructuredWriter,
        asked: Sequence[Sequence[Message]],
        picture: PictureTags,
        admit: Callable[..., object],
    ) -> list[Captions]:
        """The answers to all templates; where some come later, all of them are asked first."""
        answers: list[Captions] = []
        waits: WaitingError | None = None
        for messages in asked:
            try:
                answers.append(await writer.write(messages, picture, admit))
            except WaitingError as error:
                waits = error
        if waits is not None:
            raise waits
        return answers

    def picture_tags(self, picture: Picture, description: str) -> PictureTags:
        """What a caption of a picture is held against."""
        material, tags = self._material, self._collection.tags(picture)
        categories = material.meanings.categories(tags.tags)
        return PictureTags(
            tags.tags,
            categories,
            self._names,
            material.meanings.implied,
            material.hidden,
            material.own_tags(tags),
            other_texts=(description, *material.meanings.meanings(tags.tags)),
            draft=material.draft(tags) if self._settings.floor == "draft" else "",
            seen=self._sees,
            described=bool(description),
        )

    def _admit(self, picture: Picture, description: str, *captions: str) -> None:
        """Judge a picture again, and what a model has written of it; raises ExcludedError and ItemError."""
        if captions and self._sees:
            self._collection.admit_seen(picture, captions, description)
        else:
            self._collection.admit(picture, description, *captions)

    def compose(self, picture: Picture) -> Written:
        """Have the composer write each caption that has sentences; a list of tags needs none.

        Raises ItemError where the tags cannot be used.
        """
        is_wanted = bool(self._forms.written_by_model)
        caption = self._material.composed(self._collection.tags(picture).tags) if is_wanted else ""
        if self._forms.structure:
            caption = TASKS[self._forms.style.structure].from_tags(self.picture_tags(picture, ""), caption)
        captions = {name: caption if self._forms.sentences_of(name) else "" for name in self._forms.names}
        prompt = digest("\0".join((COMPOSER, caption, *self._fixed_parts(picture))))
        return Written(prompt, captions, COMPOSER, {})

    def _tagged(self, picture: Picture) -> Tagged:
        tags = self._collection.tags(picture)
        categories = self._material.meanings.categories(tags.whole or tags.tags)
        return Tagged(tags.tags, categories, tags.rating, tags.whole, tags.year)

    def _fixed_parts(self, picture: Picture) -> list[str]:
        """What of a caption depends on style, tags and trainer alone; nothing for the usual style."""
        fixed = self._forms.fixed_part(self._tagged(picture), self._finishing.trigger)
        target = self._finishing.target
        form = [target.name] if target.wants_another_form(self._forms.style) else []
        return [fixed, *form] if fixed else []

    def _by_variant(self, answers: Sequence[Captions]) -> dict[str, str]:
        """The captions of all templates; if there are several, a variant is called after its template."""
        if len(answers) == 1:
            return dict(answers[0].by_variant)
        return {
            f"{path.stem} {variant}": caption
            for path, answer in zip(self._templates.named, answers, strict=True)
            for variant, caption in answer.by_variant.items()
        }

    @cached_property
    def _names(self) -> frozenset[str]:
        """The characters of the whole data set, so that the check notices one who is not in the picture."""
        return self._material.meanings.characters(list(self._collection.survey().counts))

    def finished(self, picture: Picture, written: Written) -> tuple[str, list[Problem]]:
        """The text of a picture with these captions, and its faults; raises what `Finishing.text` does."""
        return self._finishing.text(written.captions, self._tagged(picture))

    def keep(self, picture: Picture, written: Written) -> list[Problem]:
        """Write the caption; returns the faults that it still has.

        Raises ExcludedError where the picture is not to be captioned by what is known of it now.
        """
        text, notes = self.finished(picture, written)
        self._collection.admit(picture, self._descriptions.read(picture.stem_name), *text.split("\n"))
        messages = {"notes": [note.message for note in notes]} if notes else {}
        self._results.keep(
            picture.stem_name,
            text,
            prompt=written.prompt,
            model=written.model,
            draft=self._endpoint is None and bool(self._forms.written_by_model),
            details={**written.details, **messages},
        )
        # Thousands of pictures may have the same fault: the sentence is kept in memory once.
        return [
            Problem(picture.name, note.reason, sys.intern(note.message)) for note in (*written.notes, *notes)
        ]

    def cost(self, written: Written) -> Mapping[str, object]:
        """Tokens and seconds of all answers, and what the check found."""
        return written.details

    def fingerprint(self, picture: Picture, model: str) -> str:
        """The digest of what `model` is asked about a picture; raises ItemError where it cannot be made."""
        if model == COMPOSER:
            return self.compose(picture).prompt
        return self._fingerprint(model, self._admitted_messages(picture), picture)

    def messages(self, picture: Picture) -> list[Sequence[Message]]:
        """What is sent about a picture, for each template; raises ItemError where it cannot be made."""
        names = self._forms.written_by_model
        return [asking_for(messages, names) for messages in self._admitted_messages(picture)]

    def _admitted_messages(self, picture: Picture) -> list[list[Message]]:
        description = self._descriptions.read(picture.stem_name)
        self._collection.admit(picture, description)
        return self._messages(picture, description)

    def _messages(self, picture: Picture, description: str) -> list[list[Message]]:
        tags = self._collection.tags(picture)
        fitting = self._templates.fitting(sees=self._sees, described=bool(description))
        asked = [
            prompt.messages(self._material.values(picture, tags, description, prompt.uses))
            for prompt in (self._prompts[path] for path in fitting)
        ]
        request = self._forms.request
        return [with_request(messages, request) for messages in asked] if request else asked

    def _fingerprint(self, model: str, asked: Sequence[Sequence[Message]], picture: Picture) -> str:
        fixed = "\0".join((", ".join(self._settings.variants), *self._fixed_parts(picture)))
        beside = [Message("user", fixed)]
        if self._sees:
            beside.append(Message("picture", self._collection.file(picture).fingerprint()))
        return fingerprint(model, [*beside, *(message for messages in asked for message in messages)])
