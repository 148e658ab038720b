"""url = batch: what is asked and answered in files becomes the same captions as with a server."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from tests.fakes.answers import Json
from tests.fakes.batches import (
    ANSWERED,
    MISSING,
    answer_files,
    requests_in,
    unanswered,
)
from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project

KEY = "sk-marked-4c1f"
REFUSAL = "I'm sorry, but I can't help with that."
PICTURES = 400
EXCLUDED = "1girl, loli, nude, blue hat, green scarf"


@with_config(ConfigDict(extra="forbid"))
class _Line(TypedDict):
    """A line of OpenAI's batch files, which vLLM reads too: all four are needed."""

    custom_id: str
    method: str
    url: str
    body: CompletionCreateParamsNonStreaming


def chance(of: str) -> int:
    """A number from 0 to 99 that depends on nothing but a text."""
    return hashlib.sha256(of.encode()).digest()[0] * 100 // 256


def model(body: Json) -> str:
    """A refusal, a caption that is wrong, a good one or a repair: it depends on the request alone."""
    # A server on this computer is also asked not to reason.
    asked = [body["messages"], body["temperature"], body.get("seed")]
    text, number = body["messages"][-1]["content"], chance(json.dumps(asked))
    if number < 5:
        return REFUSAL
    thing = re.search(r"thing \d+", json.dumps(body["messages"][-3:]))
    if "This sentence is not right" in text:
        return "She has red hair."
    hair = "blue" if number < 20 else "red"
    return f"A girl smiles alone outdoors, and beside her stands {thing and thing[0]}. She has {hair} hair."


def fate(custom_id: str) -> str:
    """2 % of the answers are missing, and 3 % are errors of the server; each attempt has its own luck."""
    number = chance(custom_id)
    return MISSING if number < 2 else "out of luck" if number < 5 else ANSWERED


def settings(**more: str) -> dict[str, str]:
    return {"Interpreter__repairs": "1", "Interpreter__floor": "draft", "Dataset__report": "False", **more}


def add_pictures(project: Project) -> None:
    for number in range(PICTURES - 2):
        project.add(f"{number:03}.png", f"1girl, solo, smile, red hair, outdoors, thing {number}")
    project.add("empty.png", "")
    project.add("out.png", EXCLUDED)


def captions(project: Project) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in project.captions.glob("*.txt")}


def test_answers_from_files_become_the_captions_of_a_direct_run(tmp_path: Path) -> None:
    with FakeEndpoint(answer=model) as endpoint:
        direct = Project(tmp_path / "direct", endpoint.url, Endpoint__concurrency="4", **settings())
        add_pictures(direct)
        import time

        t0 = time.time()
        assert direct.run().code == 1
        print("direct", time.time() - t0)
        asked = len(endpoint.requests)
    project = Project(tmp_path / "files", "batch", Endpoint__api_key=KEY, **settings())
    add_pictures(project)
    batch, rounds = project.folder / "batch", []
    while True:
        t0 = time.time()
        result = project.run()
        print("round", time.time() - t0, result.out[-900:], result.err)
        open_files = unanswered(batch)
        if not open_files:
            break
        rounds.append(sum(len(requests_in(path)) for path in open_files))
        # The picture without tags fails in each round.
        assert result.code == 1, result.err
        assert f"have {open_files[0]} (" in result.out
        answer_files(batch, model, fate)
    assert captions(project) == captions(direct)
    assert len(captions(project)) == PICTURES - 2
    assert rounds[0] == PICTURES - 2
    assert sum(rounds) > asked
    everything = "".join(path.read_text(encoding="utf-8") for path in batch.iterdir())
    assert not re.search(f"{KEY}|loli|green scarf|out\\.png|\\d\\.png|{re.escape(str(tmp_path))}", everything)
    outcomes = [line["outcome"] for line in project.journal() if line["picture"] == "007"]
    assert outcomes[0] == "waits" and outcomes[-1] == "done"
    requests = [
        request for path in batch.glob("0*.jsonl") if path.stem.isdecimal() for request in requests_in(path)
    ]
    assert len({request["custom_id"] for request in requests}) == len(requests)
    form = TypeAdapter(_Line)
    for request in requests[:50]:
        form.validate_python(request)
        assert (request["method"], request["url"]) == ("POST", "/v1/chat/completions")
