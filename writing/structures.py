"""Captions that are a structure, Ideogram 4's JSON and NewBie's XML: made from tags alone, or by a model.

A model is asked by a JSON schema, where the server knows that, and by words. What it answers is held to the
rules of the structure and to the tags, and asked for once more where something is wrong. Where that does not
help, what is made from the tags alone stands in, unless [Interpreter] floor says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from composer import compose
from errors import ExcludedError, ItemError
from llm.answers import Reply
from llm.picture_requests import Admit, Requests
from llm.prompts import Message, with_request
from llm.replies import Form, clean
from llm.replies.copies import Prompted
from settings import InterpreterSettings
from styling import ideogram4, newbie
from styling.forms import CAPTION, Forms
from styling.ideogram4 import Json, object_schema
from styling.structures import IDEOGRAM4, NEWBIE, STRUCTURES
from tags.categories import CHARACTER, GENERAL
from tags.people_counts import count_in, fewest_people
from tags.spelling import canonical, words
from writing import variants
from writing.floor import SPOILED_ANSWERS, note_on_draft
from writing.judging import Judgement, PictureTags, judge
from writing.subjects import character_key, general_key, is_place
from writing.writer import Captions

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

_NOT_THE_FORM = "not the form asked for"
_SEXES = ("1girl", "1boy", "1other")
_WHO_HAS_WHICH = """Do not write the caption, but say who in this picture has which of its tags. Answer with \
one JSON object and nothing else: {{"characters": [{{"n": …, "gender": …, "tags": […]}}]}}. "n" is one of \
{}, each once; "gender" is 1girl, 1boy or 1other; "tags" are those of the tags above that are about this one \
alone or about all: looks, clothes, expression and action."""
_WHERE = ' Each also has "position", behind "gender": where it is in the picture, one of {}.'
# With more people, a model cannot say who has which tag.
_MOST_PEOPLE = 6


class _Ideogram4:
    """One JSON object with a description, the background and what stands out."""

    def from_tags(self, picture: PictureTags, draft: str) -> str:
        places = [tag for tag in picture.tags if is_place(tag)]
        others = [tag for tag in picture.tags if tag not in places]
        groups = [[name, *tags] for name, tags in picture.own_tags.items()] or [others]
        described = filter(None, (_composed(tags, picture) for tags in groups))
        return ideogram4.caption_of(draft, _composed(places, picture), list(described))

    def request(self, picture: PictureTags) -> str:
        return ideogram4.request(sees=picture.seen)

    def schema(self, picture: PictureTags) -> Json:
        return ideogram4.schema(sees=picture.seen)

    def read(self, answer: Json, picture: PictureTags) -> tuple[str, list[str]]:
        caption = ideogram4.mended(answer, sees=picture.seen)
        return ideogram4.rendered(caption), ideogram4.faults(caption)


def _composed(tags: Sequence[str], picture: PictureTags) -> str:
    try:
        return picture.hidden.cut_from(compose(tags, picture.categories))
    except ItemError:
        return ""


class _Newbie:
    """XML of tags, which a model is asked about only where several people could have a tag."""

    def from_tags(self, picture: PictureTags, draft: str) -> str:
        return _xml(picture, picture.own_tags, {})

    def request(self, picture: PictureTags) -> str:
        people = _people(picture)
        if not 2 <= len(people) <= _MOST_PEOPLE:
            return ""
        where = _WHERE.format(", ".join(newbie.POSITIONS)) if picture.seen else ""
        return _WHO_HAS_WHICH.format(", ".join(people)) + where

    def schema(self, picture: PictureTags) -> Json:
        kinds = ((tag, picture.categories.get(tag, GENERAL)) for tag in picture.tags)
        tags = [words(tag) for tag, kind in kinds if character_key(tag, kind)]
        properties = {
            "n": {"enum": _people(picture)},
            "gender": {"enum": list(_SEXES)},
            **({"position": {"enum": list(newbie.POSITIONS)}} if picture.seen else {}),
            "tags": {"type": "array", "items": {"enum": tags} if tags else {"type": "string"}},
        }
        return object_schema({"characters": {"type": "array", "items": object_schema(properties)}})

    def read(self, answer: Json, picture: PictureTags) -> tuple[str, list[str]]:
        people, faults = _people(picture), []
        own: dict[str, list[str]] = {}
        said: dict[str, dict[str, str]] = {}
        by_words = {words(tag): tag for tag in picture.tags} | {tag: tag for tag in picture.tags}
        found = answer.get("characters")
        for each in found if isinstance(found, list) else []:
            name, tags = str(each.get("n", "")) if isinstance(each, dict) else "", []
            if name not in people or name in own:
                faults.append(f'"{name}" should be another one of {", ".join(people)}')
                continue
            listed = each.get("tags")
            for written in map(str, listed if isinstance(listed, list) else []):
                tag = by_words.get(written) or by_words.get(canonical(written))
                if tag:
                    tags.append(tag)
                else:
                    faults.append(f"{written} is none of the tags")
            own[name], said[name] = tags, {"gender": str(each.get("gender", ""))}
            if picture.seen and each.get("position") in newbie.POSITIONS:
                said[name]["position"] = each["position"]
        faults += [f"{name} is missing" for name in people if name not in own]
        return _xml(picture, own, said), faults


def _people(picture: PictureTags) -> list[str]:
    """The people of a picture: the characters by name, or how many girls and boys its tags count."""
    names = [words(tag) for tag in picture.tags if picture.categories.get(tag) == CHARACTER]
    if len(names) >= fewest_people(picture.tags):
        return names
    counts = [count for tag in picture.tags if (count := count_in(tag)) and not count.number.isalpha()]
    return [f"{count.kind} {number}" for count in counts for number in range(1, count.fewest + 1)]


def _xml(
    picture: PictureTags, own: Mapping[str, Sequence[str]], said: Mapping[str, Mapping[str, str]]
) -> str:
    """The caption where `own` are the tags of each of several people; of one person all tags are its own.

    `said` is what else is said of each, by the keys of its block.
    """
    names = {
        form: tag
        for tag in picture.tags
        for form in (tag, words(tag))
        if picture.categories.get(tag) == CHARACTER
    }
    if fewest_people(picture.tags) == 1 and len(own) < 2:
        sexes = [tag for tag in picture.tags if tag in _SEXES]
        name = next(iter(names.values()), "")
        own, said = {name: picture.tags}, {name: {"gender": "".join(sexes[:1])}}
    characters = []
    for name, tags in own.items():
        block = {key: [value] for key, value in said.get(name, {}).items() if value}
        if tag := names.get(name):
            block["n"] = [tag]
        for each in tags:
            if key := character_key(each, picture.categories.get(each, GENERAL)):
                block.setdefault(key, []).append(each)
        characters.append(block)
    used = {tag for block in characters for tags in block.values() for tag in tags}
    general: dict[str, list[str]] = {}
    for tag in picture.tags:
        key = general_key(tag, picture.categories.get(tag, GENERAL))
        if key == "count" or tag not in used:
            general.setdefault(key, []).append(tag)
    return newbie.rendered(characters, general)


TASKS: Mapping[str, _Ideogram4 | _Newbie] = {IDEOGRAM4: _Ideogram4(), NEWBIE: _Newbie()}
"""How each structure is made, and asked of a model.

`from_tags` makes the caption without one. `request` is added to a prompt, "" where the tags alone tell all of
the caption. `schema` is that of the answer, and `read` gives its caption and what is wrong with the answer.
"""


@dataclass(frozen=True, slots=True)
class _Made:
    """A caption, what is wrong with its structure, and what the check makes of what it says."""

    caption: str
    faults: Sequence[str]
    judged: Judgement

    @property
    def rank(self) -> tuple[float, ...]:
        """The rank, which is higher for a better caption."""
        return -len(self.faults), *self.judged.rank

    @property
    def wrong(self) -> list[str]:
        """What to tell the model of it."""
        leaked = (f"it must not say {trait}" for trait in self.judged.leaked)
        unnamed = (f"it does not name {words(name)}" for name in self.judged.unnamed)
        said = (fault.message.rstrip(".") for fault in self.judged.coverage.faults)
        return [*self.faults, *leaked, *unnamed, *said]


class StructuredWriter:
    """Writes structured captions with the model of one endpoint."""

    def __init__(self, settings: InterpreterSettings, forms: Forms, endpoint: Endpoint) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._task = TASKS[forms.style.structure]
        self._structure = STRUCTURES[forms.style.structure]
        self._form = Form(language=settings.language, one_line=False, plain_text=False)
        self._is_checked = settings.may_be_english and not self._structure.is_tags

    async def write(self, messages: Sequence[Message], picture: PictureTags, admit: Admit) -> Captions:
        """The caption of one picture; raises ItemError where the model gives none that can be used."""
        form = replace(self._form, prompted=Prompted.by([(each.role, each.text) for each in messages]))
        requests = Requests(self._endpoint, admit, form)
        from_tags = self._judged(self._task.from_tags(picture, picture.draft), [], picture)
        request = self._task.request(picture)
        if not request:
            return self._answer(from_tags, picture, requests)
        asked = with_request(messages, request)
        try:
            made, repaired = await self._ask(asked, picture, requests), False
        except ItemError as error:
            if not picture.draft or error.reason not in (_NOT_THE_FORM, *SPOILED_ANSWERS):
                raise
            return self._answer(from_tags, picture, requests, floor=f"is not right: {error}")
        for attempt in range(1, self._settings.repairs + 1):
            if made.wrong and not repaired:
                again = await self._ask_again(asked, made, picture, requests, attempt)
                made, repaired = (again, True) if again and again.rank > made.rank else (made, False)
        # XML is made of what is right in an answer.
        is_broken = bool(made.faults) and not self._structure.is_tags
        is_worse = made.judged.spoils > from_tags.judged.spoils
        if is_broken and not picture.draft:
            raise ItemError(_NOT_THE_FORM, f"the answer is not as asked for: {'; '.join(made.faults)}")
        if picture.draft and (is_broken or is_worse):
            return self._answer(from_tags, picture, requests, floor=f"is not right: {made.wrong[0]}")
        return self._answer(made, picture, requests, repaired=repaired)

    def _judged(self, caption: str, faults: Sequence[str], picture: PictureTags) -> _Made:
        if self._is_checked:
            return _Made(caption, faults, judge(self._structure.said_in(caption), picture))
        # Without a check, all tags count as said.
        return _Made(caption, faults, judge("", replace(picture, said_beside=frozenset(picture.tags))))

    async def _ask(
        self, asked: Sequence[Message], picture: PictureTags, requests: Requests, **how: int
    ) -> _Made:
        """What the model answers; `how` are numbers of tries as `Requests.write` takes them."""
        fields = variants.response_format("caption", self._task.schema(picture))
        text = await requests.write(asked, _object_in, extra_fields=fields, **how)
        caption, faults = self._task.read(json.loads(text), picture)
        return self._judged(caption, faults, picture)

    async def _ask_again(
        self, asked: Sequence[Message], made: _Made, picture: PictureTags, requests: Requests, attempt: int
    ) -> _Made | None:
        """The next answer of the model, after it was told what is wrong; None where it gives none."""
        correction = (
            f"This is not right: {'; '.join(made.wrong)}. Write the whole JSON object again so that it is "
            "right and the rest stays."
        )
        turns = [*asked, Message("assistant", made.caption), Message("user", correction)]
        try:
            return await self._ask(turns, picture, requests, retries=0, attempt=attempt)
        except ExcludedError:
            raise
        except ItemError:
            return None

    def _answer(
        self,
        made: _Made,
        picture: PictureTags,
        requests: Requests,
        *,
        repaired: bool = False,
        floor: str = "",
    ) -> Captions:
        coverage = made.judged.coverage
        details: dict[str, object] = {
            "coverage": round(coverage.score, 3),
            "missed": list(coverage.missed),
            "faults": [fault.message for fault in coverage.faults],
            "repaired": repaired,
            **({"floor": floor} if floor else {}),
        }
        notes = list(made.judged.notes(self._settings.min_coverage))
        if floor:
            notes.append(note_on_draft(floor))
        return Captions({CAPTION: made.caption}, details, notes, requests)


def _object_in(reply: Reply, form: Form) -> str:
    """The JSON object in a reply, which may have text around it; raises ItemError where there is none."""
    text = clean(reply.text, reply.finish_reason, form)
    try:
        return json.dumps(variants.first_object_in(text), ensure_ascii=False)
    except ValueError as error:
        raise ItemError(_NOT_THE_FORM, "the answer is no JSON object; use a larger model") from error
