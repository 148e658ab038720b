"""What the two stages about pictures share: what they need of a data set, and pictures without an answer."""

from __future__ import annotations

from typing import Protocol, TypeVar

from dataset.finishing import Finishing
from dataset.pictures import Picture, Pictures
from dataset.wanted import Results, Wanted
from errors import ItemError
from settings import Settings
from stage_runner import Stage
from writing.material import Material

Answer = TypeVar("Answer")


class DataSet(Protocol):
    """A data set, what its tags mean, and where its texts are kept."""

    @property
    def settings(self) -> Settings:
        """All settings."""

    @property
    def collection(self) -> Pictures:
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

    def __init__(self, data_set: DataSet, results: Results) -> None:
        self._collection = data_set.collection
        self._material = data_set.material
        self._wanted = data_set.wanted
        self._results = results

    def failed(self, picture: Picture, error: ItemError) -> None:
        """Note in the journal that the picture has no text, and why."""
        self._results.failed(picture.stem_name, error)

    def waits(self, picture: Picture) -> None:
        """Note in the journal that the text comes later."""
        self._results.waits(picture.stem_name)

    def name(self, picture: Picture) -> str:
        """The name of its file below the folder of pictures."""
        return picture.name
