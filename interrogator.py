"""Stage 2: what a vision model sees. Pictures ─▶ JPEG ─▶ vision model ─▶ descriptions/."""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import batch
from dataset.collection import Collection
from dataset.images import Picture
from dataset.picture import prepare
from dataset.results import Results
from errors import ItemError
from llm.asking import Answer, ask
from llm.prompts import Message, Prompt, fingerprint
from llm.replies import Form, clean
from llm.usage import Reply
from progress import Bar
from settings import InterrogatorSettings
from writing.material import Material
from writing.variables import OF_PICTURES

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

TITLE = "Interrogator"

# Pictures that are prepared before their turn: enough that a fast endpoint never waits, and, at some
# half a megabyte each, little memory.
_AHEAD = 24
# More threads only take turns at the cores. However many there are, they share the MEMORY_BUDGET of
# dataset/picture.py, so that no second large picture is decoded while the first one holds it.
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Sitting:
    """A picture and the messages about it, which may still be in the making."""

    picture: Picture
    messages: asyncio.Future[list[Message]]


class Interrogator:
    """Has a vision model describe each picture."""

    def __init__(
        self, settings: InterrogatorSettings, collection: Collection, material: Material, results: Results
    ) -> None:
        """Raises UserError when the template cannot be used."""
        self._settings = settings
        self._collection = collection
        self._material = material
        self._results = results
        self._prompt = Prompt(settings.prompt_template_file, OF_PICTURES)

    def fingerprint(self, picture: Picture, model: str) -> str:
        """What the journal knows the prompt of a picture by; raises ItemError where there can be none."""
        return fingerprint(model, self.messages(picture))

    async def run(
        self,
        pictures: Sequence[Picture],
        endpoint: Endpoint,
        bar: Bar,
        finished: Callable[[Picture], None] = lambda picture: None,
        tally: batch.Tally | None = None,
    ) -> batch.Tally:
        """Describe the pictures, and tell of each that has its description, or failed for good.

        What comes of them is counted in `tally` meanwhile. Raises StageError or UserError when no further
        one can succeed.
        """

        def keep(sitting: Sitting, answer: Answer[str]) -> None:
            self._keep(sitting, answer, endpoint)
            finished(sitting.picture)

        def failed(sitting: Sitting, error: ItemError) -> None:
            self._results.failed(sitting.picture.stem_name, error)
            finished(sitting.picture)

        work: batch.Work[Sitting, Answer[str]] = batch.Work(
            title=TITLE,
            name=lambda sitting: sitting.picture.name,
            ask=lambda sitting: self._ask(sitting, endpoint),
            keep=keep,
            failed=failed,
            cost=lambda answer: answer.cost,
        )
        pool = ThreadPoolExecutor(_THREADS)
        try:
            return await batch.run(self._prepared(pictures, pool), work, endpoint.concurrency, bar, tally)
        finally:
            # Whoever interrupts the run does not wait for a large picture.
            pool.shutdown(wait=False, cancel_futures=True)

    async def _prepared(
        self, pictures: Sequence[Picture], pool: ThreadPoolExecutor
    ) -> AsyncIterator[Sitting]:
        """The pictures in order, each put to work in a thread some turns before it is asked about."""
        loop = asyncio.get_running_loop()
        ahead: deque[Sitting] = deque()
        for picture in pictures:
            ahead.append(Sitting(picture, loop.run_in_executor(pool, self._with_picture, picture)))
            ahead[-1].messages.add_done_callback(_look_at)
            if len(ahead) > _AHEAD:
                yield ahead.popleft()
        while ahead:
            yield ahead.popleft()

    def messages(self, picture: Picture) -> list[Message]:
        """What is sent with a picture; raises ItemError where it cannot be made."""
        tags = self._collection.tags(picture)
        return self._prompt.messages(self._material.values(picture, tags, "", self._prompt.uses))

    def _with_picture(self, picture: Picture) -> list[Message]:
        messages = self.messages(picture)
        ready = prepare(self._collection.path(picture), self._settings.max_image_side)
        url = f"data:{ready.mime};base64,{base64.b64encode(ready.data).decode('ascii')}"
        return [*messages[:-1], replace(messages[-1], picture=url)]

    async def _ask(self, sitting: Sitting, endpoint: Endpoint) -> Answer[str]:
        self._results.make_room(sitting.picture.stem_name)
        return await ask(endpoint, await sitting.messages, _description)

    def _keep(self, sitting: Sitting, answer: Answer[str], endpoint: Endpoint) -> None:
        self._results.keep(
            sitting.picture.stem_name,
            answer.result,
            prompt=fingerprint(endpoint.model, sitting.messages.result()),
            model=answer.model,
            draft=False,
            details=answer.cost,
        )


def _description(reply: Reply) -> str:
    return clean(reply.text, reply.finish_reason, Form())


def _look_at(preparing: asyncio.Future[list[Message]]) -> None:
    """A picture that failed while the run was being stopped is nobody's concern any more."""
    if not preparing.cancelled():
        preparing.exception()
