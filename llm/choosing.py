"""Which model a stage asks: the one that is named, or the best of those that the servers have."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from errors import UserError
from llm.finding import Server
from llm.listings import Model, seems_to_see
from llm.programs.engines import DEFAULT

# The name for a server that lists no models. Most of these take any name, and mlx-lm takes this one.
_UNNAMED = Model(DEFAULT)
_MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A model of a server; `why` says in a few words why it was taken, "" if it was named."""

    server: Server
    model: Model
    why: str = ""

    @property
    def introduction(self) -> str:
        """The place of the model, its name, and why it was chosen, for the user."""
        why = f" ({self.why})" if self.why else ""
        return f"{self.server.place}, model {self.model.name}{why}"


def has_model(server: Server) -> bool:
    """Whether a server lists a model that can chat, or lists none at all."""
    models, is_known = server.catalogue.models, server.lists and bool(server.catalogue.program.name)
    return any(model.chats for model in models) or not (models or is_known)


def named(servers: Sequence[Server], name: str) -> Choice:
    """The model of this name, or what answers to it; raises UserError where nothing would."""
    for server in servers:
        if model := server.catalogue.model(name):
            return Choice(server, model)
    for server in servers:
        models = server.catalogue.models
        # The router of llama.cpp has several, and knows their names.
        if server.catalogue.program.answers_any_name and len(models) == 1 and models[0].loaded is not False:
            return Choice(
                server, models[0], f"this server has no model {name} and answers with the one it has"
            )
    for server in servers:
        # Not every server lists all the names that it knows.
        if not server.lists or not (server.catalogue.models and server.catalogue.program.has_no_other):
            listed = ", ".join(model.name for model in server.catalogue.models[:_MOST_LISTED])
            why = f"not in the list of this server, which may answer with another model: {listed}"
            return Choice(server, Model(name), why if listed else "")
    raise UserError(
        "; ".join(f"{server.place} has no model {name}: {instead(server, name)}" for server in servers)
    )


def instead(server: Server, name: str) -> str:
    """What to write instead of a name that a server does not have: the most similar one, and all others."""
    names = [model.name for model in server.catalogue.models if model.chats] or ["auto"]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.3) or names
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return f"write model = {near[0]}; the server has {', '.join(names[:_MOST_LISTED])}{more}"


def best(servers: Sequence[Server], *, must_see: bool, others_see: str | None = None) -> Choice | None:
    """The best model for a stage; None if no server has one that can chat.

    `others_see` is the setting `model` of a stage that sends pictures to the same servers, None if there is
    no such stage: where both can use one model, they do. Raises UserError if no model sees and one has to.
    """
    choices = list(_for_chat(servers))
    if not choices:
        return None
    seers = sorted((each for each in choices if each.model.sees is not False), key=_rank_of_seer)
    if must_see:
        if not seers:
            places = " and ".join(dict.fromkeys(each.server.place for each in choices))
            raise UserError(
                f"no model of {places} sees pictures: {choices[0].server.catalogue.program.get_a_seer}, "
                "or write skip = True under [Interrogator], sees = False under [Interpreter]"
            )
        return _explained(seers[0], choices, _words_for_sight(seers[0].model))
    writers = sorted(choices, key=_rank)
    if others_see is not None:
        named_so = (each for each in seers if others_see == "auto" or each.model.is_called(others_see))
        seer = next(named_so, None)
        if seer and (seer.model.loaded is False) <= (writers[0].model.loaded is False):
            return _explained(seer, choices, "one for pictures and texts")
    return _explained(writers[0], choices)


def _for_chat(servers: Sequence[Server]) -> Iterator[Choice]:
    for server in servers:
        for model in server.catalogue.models:
            if model.chats:
                yield Choice(server, model)
        if not server.catalogue.models and has_model(server):
            yield Choice(server, _UNNAMED)


def _rank(choice: Choice) -> tuple[bool, bool]:
    """Loaded ones first, then free ones, then as they are listed."""
    return choice.model.loaded is False, not choice.model.free


def _rank_of_seer(choice: Choice) -> tuple[bool, bool, bool]:
    """Those that surely or probably see come first."""
    return not (choice.model.sees or seems_to_see(choice.model.name)), *_rank(choice)


def _words_for_sight(model: Model) -> str:
    if model.sees:
        return "sees pictures"
    is_likely = seems_to_see(model.name)
    return "sees pictures by its name" if is_likely else "the server does not tell whether it sees"


def _explained(choice: Choice, choices: Sequence[Choice], reason: str = "") -> Choice:
    model = choice.model
    if model is _UNNAMED:
        return choice
    state = {True: "loaded", False: "has to be loaded first", None: ""}[model.loaded]
    others = f"one of {len(choices)} that can chat" if len(choices) > 1 else ""
    parts = (reason, state, "free" if model.free else "", others)
    return Choice(choice.server, model, ", ".join(filter(None, parts)))
