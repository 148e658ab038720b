"""Which stages would ask a model about pictures, and what for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from llm.prompts import Message
from llm.servers import Endpoints
from settings import EndpointSettings, Settings, StageSettings
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

    def __init__(
        self, settings: Settings, connections: Endpoints, project: Project, say: Callable[[str], None]
    ) -> None:
        self.without_model: dict[str, str] = {}
        self._settings = settings
        self._connections = connections
        self._project = project
        self._say = say

    async def all(self) -> list[Preview]:
        """The previews in the order of the stages; raises UserError where a run could not start either."""
        found = []
        if self._asks_a_model("Interrogator", self._settings.interrogator):
            found.append(await self._of_descriptions())
        if self._project.makes_lists_only:
            self.without_model["Interpreter"] = NO_SENTENCES
        elif self._asks_a_model("Interpreter", self._settings.interpreter):
            found.append(await self._of_captions())
        return found

    async def _of_descriptions(self) -> Preview:
        project, chosen = self._project, self._settings.interrogator
        collection, endpoint = project.collection, await self._endpoint(chosen)
        describer = Interrogator(project, endpoint)
        return self._preview(
            describer,
            endpoint,
            chosen.endpoint,
            project.descriptions,
            prompts=lambda picture: [describer.messages(picture)],
            prepared=self._prepared,
            check=lambda picture: (collection.tags(picture), describe(collection.file(picture))),
        )

    async def _of_captions(self) -> Preview:
        project, chosen = self._project, self._settings.interpreter
        collection, endpoint = project.collection, await self._endpoint(chosen)
        sees = sends_pictures(self._settings, endpoint)
        for misfit in misfits(project, sees=sees):
            self._say(misfit.sentence)

        def check(picture: Picture) -> None:
            collection.admit(picture, project.descriptions.read(picture.stem_name) or "")
            if sees:
                describe(collection.file(picture))

        writer = Interpreter(project, endpoint, sees=sees)
        return self._preview(
            writer,
            endpoint,
            chosen.endpoint,
            project.captions,
            prompts=writer.messages,
            prepared=self._prepared if sees else lambda picture: None,
            check=check,
        )

    def _prepared(self, picture: Picture) -> Prepared:
        most = self._settings.interrogator.max_image_side
        return prepare(self._project.collection.file(picture), most)

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
        settings: EndpointSettings,
        results: FileResults,
        *,
        prompts: Callable[[Picture], Sequence[Sequence[Message]]],
        prepared: Callable[[Picture], Prepared | None],
        check: Callable[[Picture], object],
    ) -> Preview:
        """The preview of a stage; `check` raises ItemError for a picture that would fail."""
        pictures, left_out = list[Picture](), Tally()
        for picture in stage.due().items:
            try:
                check(picture)
            except ItemError as error:
                left_out.add_failure(picture.name, error)
            else:
                pictures.append(picture)
        answer = results.outcomes.mean_answer()
        return Preview(
            stage.title,
            endpoint,
            settings,
            pictures,
            left_out,
            prompts,
            prepared,
            answer=answer or _USUAL_ANSWER[stage.title],
            answer_is_known=answer is not None,
            absence=self._connections.absence(settings),
        )
