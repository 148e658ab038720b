"""A picture or a part of a prompt that a server drops without a word is noticed, in a run and by --check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.answers import Json, asks_for_colour
from tests.fakes.endpoint import FakeEndpoint, Reply, Status
from tests.program.project import Project

# What the server counts of a prompt of about 8,600 tokens, as it keeps to a context of 4,096.
CUT = {
    "choices": [
        {"message": {"role": "assistant", "content": "A girl stands outdoors."}, "finish_reason": "stop"}
    ],
    "usage": {"prompt_tokens": 2048, "completion_tokens": 5},
}


def seeing_project(folder: Path, url: str) -> Project:
    project = Project(folder, url, Interrogator__skip="False")
    for name in ("a.png", "b.png", "c.png"):
        project.add(name)
    return project


def test_a_run_ends_before_the_first_picture_where_the_server_drops_pictures(tmp_path: Path) -> None:
    # It answers as if nothing were wrong, and counts no token for the picture.
    with FakeEndpoint(sees=False, models=("tiny",)) as endpoint:
        result = seeing_project(tmp_path, endpoint.url).run()
        asked = endpoint.requests
    assert result.code == 2
    assert (
        "the server drops pictures without a word, so tiny sees none: check that it is a vision" in result.err
    )
    # The plain picture, and the same question without it.
    assert len(asked) == 2
    assert [message["role"] for message in asked[0].body["messages"]] == ["system", "user"]
    assert not list((tmp_path / "descriptions").glob("*.txt"))


def test_check_says_so_too(tmp_path: Path) -> None:
    with FakeEndpoint(sees=False, models=("tiny",)) as endpoint:
        result = seeing_project(tmp_path, endpoint.url).run("--check")
    assert result.code == 2
    assert "problem  [Interrogator] the server drops pictures without a word, so tiny sees none" in result.out


def test_a_model_that_names_the_colour_is_asked_for_it_once_in_a_run(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = seeing_project(tmp_path, endpoint.url)
        project.set["Interrogator.temperature"] = "0.1"
        result = project.run()
        probes = [each for each in endpoint.received if each.body and asks_for_colour(each.body)]
    assert (result.code, result.err) == (0, "")
    assert len(probes) == 1


def test_a_model_that_is_not_sure_of_the_colour_is_warned_of_and_used(tmp_path: Path) -> None:
    def answer(body: Json) -> str:
        return "It is blue." if asks_for_colour(body) else "A girl stands on a meadow with hills behind her."

    # Without usage it cannot be told whether the picture arrived.
    with FakeEndpoint(sees=False, models=("tiny",), answer=answer) as endpoint:
        endpoint.script(Status(200, json.dumps({"choices": [{"message": {"content": "It is blue."}}]})))
        result = seeing_project(tmp_path, endpoint.url).run()
    assert result.code == 0, result
    assert "asked for the colour of a plain orange picture, tiny answers: It is blue." in result.err
    assert (tmp_path / "descriptions" / "a.txt").exists()


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (500, "image input is not supported - hint: if this is unexpected, provide the mmproj"),
        (400, "Model does not support images. Please use a model that does."),
    ],
)
def test_a_model_that_refuses_the_plain_picture_is_sent_no_other(
    tmp_path: Path, status: int, message: str
) -> None:
    with FakeEndpoint(sees=False, models=("tiny",)) as endpoint:
        refusal = Status(status, json.dumps({"error": {"message": message}}))
        endpoint.script(*[refusal] * 12)
        result = seeing_project(tmp_path, endpoint.url).run("--set", "Endpoint.retries=1")
        asked = endpoint.requests
    assert (result.code, "the model cannot see: write url and model of a vision model" in result.err) == (
        2,
        True,
    )
    assert len(asked) <= 2


def test_a_prompt_that_the_server_cut_is_told_once_with_how_to_raise_its_context(tmp_path: Path) -> None:
    template = tmp_path / "template.txt"
    template.write_text("[system]\nRules.\n[user]\n" + "word " * 8600 + "{{ tags }}", encoding="utf-8")
    with FakeEndpoint(faults=(Status(200, json.dumps(CUT)),)) as endpoint:
        project = Project(tmp_path, endpoint.url, Interpreter__prompt_template_file=str(template))
        project.add("a.png")
        project.add("b.png")
        result = project.run()
    assert result.code == 0, result
    assert project.caption("a") == project.caption("b") == "A girl stands outdoors."
    assert result.err.count("read only 2,048 of about 8,6") == 1
    assert "load the model with a longer context" in result.err


def test_a_prompt_of_which_all_is_read_is_not_said_to_be_cut(tmp_path: Path) -> None:
    with FakeEndpoint(faults=(Reply("A girl stands outdoors."),)) as endpoint:
        project = Project(tmp_path, endpoint.url)
        project.add("a.png")
        assert project.run().err == ""
