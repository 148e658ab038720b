"""url = batch: what is asked and answered in files becomes the same captions as with a server."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from tests.fakes.answers import Json, caption_for, gists
from tests.fakes.batch_service import FakeBatchService
from tests.fakes.batches import ANSWERED, MISSING, answer_files, as_openai, failed, requests_in, unanswered
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.wiki_pages import WikiTag
from tests.program.processes import Running, running
from tests.program.project import Project, Result
from tests.program.starts import LONGEST_RUN

KEY = "sk-marked-4c1f"
REFUSAL = "I'm sorry, but I can't help with that."
PICTURES = 60
EXCLUDED = "1girl, loli, nude, blue hat, green scarf"


def form_of_lines() -> TypeAdapter[Any]:
    """A line of OpenAI's batch files, which vLLM reads too: all four are needed."""
    # Takes seconds, and every process that runs tests reads this module.
    from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming

    @with_config(ConfigDict(extra="forbid"))
    class Line(TypedDict):
        custom_id: str
        method: str
        url: str
        body: CompletionCreateParamsNonStreaming

    return TypeAdapter(Line)


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
    """6 % of the answers are missing, and 6 % are errors of the server; each attempt has its own luck."""
    number = chance(custom_id)
    return MISSING if number < 6 else "out of luck" if number < 12 else ANSWERED


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
        assert direct.run().code == 1
        asked = len(endpoint.requests)
    project = Project(tmp_path / "files", "batch", Endpoint__api_key=KEY, **settings())
    add_pictures(project)
    batch, rounds = project.folder / "batch", []
    while True:
        result = project.run()
        open_files = unanswered(batch)
        if not open_files:
            break
        rounds.append(sum(len(requests_in(path)) for path in open_files))
        # The picture without tags fails in each round.
        assert result.code == 1, result.err
        assert f"Answers are waited for: {open_files[0]} (" in result.out
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
    form = form_of_lines()
    for request in requests[:50]:
        form.validate_python(request)
        assert (request["method"], request["url"]) == ("POST", "/v1/chat/completions")


def about(body: Json) -> str:
    """What each stage is answered."""
    content = body["messages"][-1]["content"]
    if not isinstance(content, str):
        return f"A thing stands on a green meadow, number {chance(json.dumps(content))}."
    return gists(body) or caption_for(body)


def said_of(result: Result, title: str) -> str:
    return next(line for line in result.out.splitlines() if line.startswith(f"{title}: "))


def test_a_stage_begins_when_nothing_of_the_one_before_it_waits(tmp_path: Path) -> None:
    tags = [
        WikiTag(name, f"A {name}. Drawn in many ways.", "general", 9000) for name in ("kite", "drum", "harp")
    ]
    with FakeDanbooru({tag.name: tag for tag in tags}) as wiki:
        more = {
            "TagProvider__skip": "False",
            "Interrogator__skip": "False",
            "TagProvider__wiki_url": wiki.url,
        }
        project = Project(tmp_path, "batch", **more)
        for tag in tags:
            project.add(f"{tag.name}.png", f"{tag.name}, no humans")
        batch = tmp_path / "batch"
        first = project.run()
        assert [len(requests_in(path)) for path in unanswered(batch)] == [3]
        assert "3 wait for an answer" in said_of(first, "TagProvider")
        assert "Pictures are asked about when the meanings of all tags are there." in first.out
        answer_files(batch, about)
        second = project.run()
    (described,) = unanswered(batch)
    requests = requests_in(described)
    url = requests[0]["body"]["messages"][-1]["content"][0]["image_url"]["url"]
    assert len(requests) == 3 and url.startswith("data:image/")
    # Who waits for a description waits for a caption too, and nothing is asked for that.
    assert "3 wait for an answer" in said_of(second, "Interrogator")
    assert "3 wait for an answer" in said_of(second, "Interpreter")
    assert first.code == second.code == 0
    lines = [json.dumps(as_openai(request, about(request["body"]))) for request in requests[:2]]
    described.with_suffix(".output.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    third = project.run()
    assert "2 pictures described; 1 wait for an answer" in said_of(third, "Interrogator")
    (asked,) = unanswered(batch)
    texts = [json.dumps(request) for request in requests_in(asked)]
    # The lost description once more, and the captions of the others.
    assert sorted(("data:image/" in text) for text in texts) == [False, False, True]
    assert sum("green meadow" in text for text in texts) == 2
    report = (project.captions / "report.html").read_text(encoding="utf-8")
    assert report.count('"waits":true') == 3
    for _ in range(2):
        answer_files(batch, about)
        last = project.run()
    assert not unanswered(batch) and last.code == 0
    assert len(captions(project)) == 3
    assert "Answers are waited for" not in last.out


def test_after_a_change_of_the_template_no_old_answer_is_used(tmp_path: Path) -> None:
    project = Project(tmp_path, "batch", Interpreter__prompt_template_file="own.txt")
    project.add("a.png")
    template = tmp_path / "own.txt"
    template.write_text("Say in one sentence: {{ tags }}", encoding="utf-8")
    project.run()
    answer_files(tmp_path / "batch", lambda body: "An old sentence about a girl who smiles alone.")
    template.write_text("Say in one short sentence: {{ tags }}", encoding="utf-8")
    assert "1 wait for an answer" in project.run().out
    answer_files(tmp_path / "batch", lambda body: "A new sentence about a girl who smiles alone.")
    (project.images / "a.png").rename(project.images / "b.png")
    (project.images / "a.txt").rename(project.images / "b.txt")
    assert project.run().code == 0
    assert project.caption("b").startswith("A new sentence")


def test_of_many_requests_that_fail_the_others_are_answered_all_the_same(tmp_path: Path) -> None:
    project = Project(tmp_path, "batch", Endpoint__retries="0")
    for number in range(30):
        project.add(f"{number:02}.png", f"1girl, solo, smile, thing {number}")
    project.run()
    batch = tmp_path / "batch"
    requests = requests_in(batch / "0001.jsonl")
    lines = [failed(request, "no luck") for request in requests[:25]]
    lines += [as_openai(request, caption_for(request["body"])) for request in requests[25:29]]
    (batch / "out.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    result = project.run()
    assert result.code == 1
    assert "4 captions written; 26 failed (25 server error 500, 1 server error)" in result.out
    assert f"{batch} answered 500: no luck" in result.out


def test_a_killed_run_submits_nothing_twice_and_the_next_ones_get_all_captions(tmp_path: Path) -> None:
    killed: list[Running] = []

    def kill(request: str) -> None:
        if request == "POST /v1/batches" and killed:
            killed.pop().begun.process.kill()

    with FakeBatchService(key=KEY, at=kill) as service:
        more = {"Endpoint__batch_service": service.url, "Endpoint__api_key": KEY}
        project = Project(tmp_path, "batch", **more)
        for number in range(3):
            project.add(f"{number}.png", f"1girl, solo, smile, thing {number}")
        with running(project, "--batch-submit") as run:
            killed.append(run)
            run.wait(LONGEST_RUN)
        assert len(service.batches) == 1
        assert "0001.jsonl is submitted to " in project.run("--batch-submit").out
        second = project.run("--batch-fetch")
        assert "0 of 0 so far (in_progress)." in second.out
        assert "(3 requests, 12 kB) is submitted; --batch-fetch gets what is answered by then." in second.out
        service.finish(caption_for)
        last = project.run("--batch-fetch", "--batch-submit")
        assert last.code == 0, last.err
        assert len(service.batches) == 1
    assert len(captions(project)) == 3
    written = [*(tmp_path / "batch").glob("*"), *project.captions.glob("*")]
    assert KEY not in "".join(path.read_text(encoding="utf-8") for path in written)


@pytest.mark.parametrize(
    ("settings", "arguments", "words"),
    [
        ({"Endpoint__model": "auto"}, (), "write model = NAME under [Endpoint], as the service calls it"),
        ({"Endpoint__batch": "a file"}, (), "a file stands where a folder should be; move it away"),
        ({}, ("--compare", "other.ini"), "write the address of a server as url"),
        ({}, ("--batch-submit",), "write batch_service = https://api.openai.com/v1 under [Endpoint]"),
        (
            {"Endpoint__batch_service": "http://127.0.0.1:9/v1", "Endpoint__batch_form": "short"},
            ("--batch-fetch",),
            "batch_form is short: send the files yourself",
        ),
        ({"Endpoint__url": "builtin"}, ("--batch-fetch",), "go with url = batch: write it under [Endpoint]"),
        (
            {"Endpoint__batch_service": "http://127.0.0.1:9/v1"},
            ("--batch-submit",),
            "http://127.0.0.1:9/v1 does not answer",
        ),
        (
            {"Endpoint__batch_service": "api.openai.com"},
            (),
            "write for example batch_service=https://api.openai.com/v1",
        ),
    ],
)
def test_what_cannot_be_asked_says_what_to_do(
    tmp_path: Path, settings: dict[str, str], arguments: tuple[str, ...], words: str
) -> None:
    project = Project(tmp_path, **{"url": "batch", **settings})
    project.add("a.png")
    (tmp_path / "a file").write_text("", encoding="utf-8")
    (tmp_path / "other.ini").write_text("[Endpoint]\nurl = batch\nmodel = m\n", encoding="utf-8")
    result = project.run(*arguments)
    assert result.code == 2
    assert words in result.err
