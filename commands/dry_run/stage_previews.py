"""Which stages would ask a model about pictures, and what for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from captioning.project import Project
from captioning.run_summary import NO_SENTENCES
from captioning.templates import misfits, sends_pictures
from commands import without_retries
from commands.dry_run.preview import Preview
from dataset.pictures import Picture
from dataset.preprocessing import Prepared, describe, prepare
from dataset.results import FileResults
from errors import ItemError
from interpreter import Interpreter
from interrogator import Interrogator
from llm.servers import Endpoints
from settings import StageSettings
from stage_runner import Tally

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

BUILTIN = "with url = builtin no model is asked"
# The tokens of an answer if neither the journal nor the probe has one.
_USUAL_ANSWER = {"Interrogator": 150.0, "Interpreter": 90.0}


class StagePreviews:
    """Makes a preview for each stage that asks a model about pictures.

    `without_model` says of the other stages that do something why they ask none.
    """

    def __init__(self, project: Project, connections: Endpoints, say: Callable[[str], None]) -> None:
        self.without_model: dict[str, str] = {}
        self._settings = project.settings
        self._connections = connections
        self._project = project
        self._say = say

    async def all(self) -> list[Preview]:
        """The previews in the order of the stages; raises UserError where a run could not start either."""
        found, project = list[Preview](), self._project
        if self._asks_a_model("Interrogator", self._settings.interrogator):
            endpoint = await self._endpoint(self._settings.interrogator)
            describer = Interrogator(project, endpoint)
            found.append(self._preview(describer, endpoint, project.descriptions, sees=True))
        if project.makes_lists_only:
            self.without_model["Interpreter"] = NO_SENTENCES
        elif self._asks_a_model("Interpreter", self._settings.interpreter):
            endpoint = await self._endpoint(self._settings.interpreter)
            sees = sends_pictures(self._settings, endpoint)
            for misfit in misfits(project, sees=sees):
                self._say(misfit.sentence)
            writer = Interpreter(project, endpoint, sees=sees)
            found.append(self._preview(writer, endpoint, project.captions, sees=sees))
        return found

    async def _endpoint(self, chosen: StageSettings) -> Endpoint | None:
        return await self._connections.endpoint(without_retries(chosen.endpoint), must_see=chosen.must_see)

    def _asks_a_model(self, title: str, chosen: StageSettings) -> bool:
        if chosen.endpoint.url == "builtin" and not chosen.skip:
            self.without_model[title] = BUILTIN
        return chosen.endpoint.url != "builtin" and not chosen.skip

    def _preview(
        self,
        stage: Interrogator | Interpreter,
        endpoint: Endpoint | None,
        results: FileResults,
        *,
        sees: bool,
    ) -> Preview:
        """The preview of a stage over the pictures that are due and would not fail."""
        settings = self._settings.stages[stage.title].endpoint
        pictures, left_out = list[Picture](), Tally()
        for picture in stage.due().items:
            try:
                self._refuse_failing(picture, described=isinstance(stage, Interpreter), sees=sees)
            except ItemError as error:
                left_out.add_failure(picture.name, error)
            else:
                pictures.append(picture)
        answer = results.outcomes.mean_answer()
        return Preview(
            stage,
            endpoint,
            settings,
            pictures,
            left_out,
            self._prepared if sees else lambda picture: None,
            answer=answer or _USUAL_ANSWER[stage.title],
            answer_is_known=answer is not None,
            absence=self._connections.absence(settings),
        )

    def _refuse_failing(self, picture: Picture, *, described: bool, sees: bool) -> None:
        """Raise ItemError for a picture that a stage would fail at; it may be `described` in its prompt."""
        collection = self._project.collection
        collection.tags(picture)
        if described:
            collection.admit(picture, self._project.descriptions.read(picture.stem_name))
        if sees:
            describe(collection.file(picture))

    def _prepared(self, picture: Picture) -> Prepared:
        most = self._settings.interrogator.max_image_side
        return prepare(self._project.collection.file(picture), most)
