"""Stage 2: what a vision model sees. Pictures ─▶ JPEG ─▶ vision model ─▶ descriptions/."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import batch
from dataset.images import Picture, Pictures
from dataset.picture import prepare
from dataset.results import Results
from llm.answers import Answer, Reply
from llm.prompts import Message, Prompt, fingerprint, with_picture
from llm.replies import Form, clean
from progress import Bar
from settings import InterrogatorSettings
from writing import PICTURE_VARIABLES
from writing.material import Material

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

TITLE = "Interrogator"

# Pictures that are prepared before their turn: enough that a fast endpoint never waits, and, at some
# half a megabyte each, little memory.
_AHEAD = 24
# More threads only take turns at the cores. However many there are, they share the MEMORY_BUDGET of
# dataset/picture_file.py, so that no second large picture is decoded while the first one holds it.
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Described:
    """What the model said of a picture, and the fingerprint of the prompt."""

    prompt: str
    answer: Answer[str]


class Interrogator:
    """Has a vision model describe each picture."""

    def __init__(
        self,
        settings: InterrogatorSettings,
        language: str,
        collection: Pictures,
        material: Material,
        results: Results,
    ) -> None:
        """Raises UserError when the template cannot be used; descriptions must be in `language`, a code."""
        self._settings = settings
        self._form = Form(language=language)
        self._collection = collection
        self._material = material
        self._results = results
        self._prompt = Prompt(settings.prompt_template_file, PICTURE_VARIABLES)

    def fingerprint(self, picture: Picture, model: str) -> str:
        """What the journal knows the prompt of a picture by; raises ItemError where there can be none."""
        return fingerprint(model, self.messages(picture))

    async def run(
        self,
        pictures: Sequence[Picture],
        endpoint: Endpoint,
        bar: Bar,
        tally: batch.Tally | None = None,
    ) -> batch.Tally:
        """Describe the pictures.

        What comes of them is counted in `tally` meanwhile. Raises StageError or UserError when no further
        one can succeed.
        """

        pool = ThreadPoolExecutor(_THREADS)
        work: batch.Work[Picture, Described] = batch.Work(
            title=TITLE,
            name=lambda picture: picture.name,
            ask=lambda picture: self._ask(picture, endpoint, pool),
            keep=self._keep,
            failed=lambda picture, error: self._results.failed(picture.stem_name, error),
            cost=lambda described: described.answer.cost,
        )
        try:
            return await batch.run(pictures, work, lambda: endpoint.concurrency.limit + _AHEAD, bar, tally)
        finally:
            # Whoever interrupts the run does not wait for a large picture.
            pool.shutdown(wait=False, cancel_futures=True)

    def messages(self, picture: Picture) -> list[Message]:
        """What is sent with a picture; raises ItemError where it cannot be made."""
        tags = self._collection.tags(picture)
        return self._prompt.messages(self._material.values(picture, tags, "", self._prompt.uses))

    def _with_picture(self, picture: Picture) -> list[Message]:
        messages = self.messages(picture)
        ready = prepare(self._collection.file(picture), self._settings.max_image_side)
        return with_picture(messages, ready.mime, ready.data)

    async def _ask(self, picture: Picture, endpoint: Endpoint, pool: ThreadPoolExecutor) -> Described:
        self._results.make_room(picture.stem_name)
        loop = asyncio.get_running_loop()
        messages = await loop.run_in_executor(pool, self._with_picture, picture)
        async with endpoint.concurrency:
            answer = await endpoint.ask(messages, self._description)
        return Described(fingerprint(endpoint.model, messages), answer)

    def _keep(self, picture: Picture, described: Described) -> None:
        answer = described.answer
        self._results.keep(
            picture.stem_name,
            answer.result,
            prompt=described.prompt,
            model=answer.model,
            draft=False,
            details=answer.cost,
        )

    def _description(self, reply: Reply) -> str:
        return clean(reply.text, reply.finish_reason, self._form)
