"""What the two stages about pictures share: what they need of a data set, and how a picture is sent along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

from dataset.finishing import Finishing
from dataset.pictures import Picture
from dataset.preprocessing import prepare
from dataset.tagged_pictures import TaggedPictures
from dataset.wanted import Results, Wanted
from errors import ItemError
from llm.prompts import Message, with_picture
from settings import Settings
from stage_runner import Stage
from writing.material import Material

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Answer = TypeVar("Answer")
Result = TypeVar("Result")

# Pictures that are prepared before a slot is free for them: enough that a fast server never waits, while
# each takes half a megabyte of memory.
_AHEAD = 24
# More threads would not be faster. Together they keep to the MEMORY_BUDGET of dataset/picture_file.py, which
# lets a large picture be decoded alone.
_THREADS = 4


class DataSet(Protocol):
    """A data set, what its tags mean, and where its texts are kept."""

    @property
    def settings(self) -> Settings:
        """All settings."""

    @property
    def collection(self) -> TaggedPictures:
        """The pictures and their tags."""

    @property
    def material(self) -> Material:
        """What templates can say."""

    @property
    def finishing(self) -> Finishing:
        """What turns sentences and tags into the text of a picture."""

    @property
    def captions(self) -> Results:
        """Where captions are kept."""

    @property
    def descriptions(self) -> Results:
        """Where descriptions are kept."""

    @property
    def wanted(self) -> Wanted:
        """Which texts a stage should make."""


class PictureStage(Stage[Picture, Answer]):
    """A stage over the pictures of a data set, whose texts go into `results`."""

    def __init__(self, data_set: DataSet, results: Results, endpoint: Endpoint | None, *, sees: bool) -> None:
        """If it `sees`, each picture is sent to the endpoint."""
        self._collection = data_set.collection
        self._material = data_set.material
        self._wanted = data_set.wanted
        self._results = results
        self._endpoint = endpoint
        self._sees = sees
        self._max_side = data_set.settings.interrogator.max_image_side
        self._threads = ThreadPoolExecutor(_THREADS)

    def most_at_once(self) -> int:
        """As many as the server has slots for, and some more that wait for one or are prepared meanwhile."""
        if self._endpoint is None:
            return 1
        slots = self._endpoint.concurrency
        return slots.limit + _AHEAD if self._sees else slots.most_under_way()

    def close(self) -> None:
        """Prepare no more pictures; an interrupted run does not wait for a large one."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def failed(self, picture: Picture, error: ItemError) -> None:
        """Note in the journal that the picture has no text, and why."""
        self._results.failed(picture.stem_name, error)

    def waits(self, picture: Picture) -> None:
        """Note in the journal that the text comes later."""
        self._results.waits(picture.stem_name)

    def name(self, picture: Picture) -> str:
        """The name of its file below the folder of pictures."""
        return picture.name

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, such as `_with_picture`; the other pictures go on meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _with_picture(self, prompts: Sequence[Sequence[Message]], picture: Picture) -> list[list[Message]]:
        """Each prompt with the picture in its last message; raises ItemError where it cannot be sent."""
        ready = prepare(self._collection.file(picture), self._max_side)
        return [with_picture(messages, ready.mime, ready.data) for messages in prompts]
