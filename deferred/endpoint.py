"""url = batch: a model that is asked through files, and whose answers are treated as those of a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from deferred.folder import BatchFolder
from errors import ItemError, UserError
from llm.answers import Reply
from llm.chat_request import body_of
from llm.client import Client, HttpAnswer, Reached
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from llm.listings import Model
from llm.notices import Sight
from llm.programs.base import Catalogue, Program
from llm.trouble import Trouble
from settings import EndpointSettings

if TYPE_CHECKING:
    from llm.endpoint import Request

# Requests are only written, so a higher number would only prepare more pictures at once.
_AT_ONCE = 8
# Failures of these kinds would come again in every batch. Others are asked again in the next one.
_FINAL = ("refused", "hopeless")


class _Service(Program):
    """Any service that answers batch files. How it turns reasoning off is not known, so nothing is sent."""

    reasoning = ({"off": {}, "low": {"reasoning_effort": "low"}, "on": {}},)


class _FileClient(Client):
    """A client whose requests go into files; nothing else can be asked there."""

    def __init__(self, folder: BatchFolder, settings: EndpointSettings) -> None:
        super().__init__(str(folder.path), settings)
        self._folder = folder

    async def complete(self, body: bytes, model: str) -> Reply | Trouble:
        """What came of a chat request; raises what `BatchFolder.answer` does."""
        answer = self._folder.answer(body, self._settings)
        return self._outcome(HttpAnswer(answer.status, {}, answer.body), model)

    async def close(self) -> None:
        """Put what was written into its place."""
        self._folder.settle()

    async def reach(self, place: str, question: Mapping[str, object] | None = None) -> Reached:
        """No answer: there is no server."""
        return Reached()


class FileEndpoint(Endpoint):
    """A model behind the files of a folder; requests without an answer raise WaitingError."""

    answers_later: ClassVar[bool] = True
    folder: BatchFolder

    async def _send(self, request: Request) -> Reply | Trouble:
        outcome = await self._try(request)
        if isinstance(outcome, Reply):
            return outcome
        if outcome.kind not in _FINAL:
            request.may_send()
            self.folder.ask_again(body_of(self._dialect.adapted(request.fields)), self.settings)
        if outcome.kind == "refused":
            raise outcome.item_error
        # The answer is in the file, so asking once more would give the same one.
        raise ItemError(outcome.reason, outcome.sentence)


def open_endpoint(settings: EndpointSettings, folder: BatchFolder) -> FileEndpoint:
    """The endpoint of a stage with url = batch; raises UserError where no model is named."""
    model = settings.model
    if model == "auto":
        raise UserError(
            "url = batch has no server that lists its models: write model = NAME under [Endpoint], as the "
            "service calls it"
        )
    endpoint = FileEndpoint(
        settings,
        str(folder.path),
        model,
        Concurrency(_AT_ONCE),
        catalogue=Catalogue(_Service()),
        about=Model(model),
        introduction=f"through files in {folder.path}, model {model}",
        sight=Sight(is_taken_for_granted=True),
    )
    endpoint.folder, endpoint.client = folder, _FileClient(folder, settings)
    return endpoint
