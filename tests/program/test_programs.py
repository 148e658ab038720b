"""The programs and services that people have, each with config.ini as it comes: the right model is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import config
from tests.fakes.answers import Json, gists
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.programs import Gemini, Held, LlamaCpp, LmStudio, Ollama, OpenRouter
from tests.fakes.wiki_pages import TAGS
from tests.program.project import Project, Result

CAPTION = "A girl with long hair and twintails stands outdoors, alone, and smiles at the viewer."


def answer(body: Json) -> str:
    """Fitting words for each stage; in one look the tags stand beside the picture."""
    asked = json.dumps(body)
    if "Draft: " in asked:
        return CAPTION
    if '"image_url"' in asked:
        return "A girl stands on a green meadow, with hills behind her."
    return gists(body) or CAPTION


def run(folder: Path, **settings: str) -> tuple[Project, Result]:
    """A run over one picture with config.ini as it comes, but for the address of the wiki."""
    project = Project(folder)
    (folder / "config.ini").write_text(config.default_ini(), encoding="utf-8")
    project.set = {key.replace("__", "."): value for key, value in settings.items()}
    project.add("a.png", "1girl, solo, long hair, twintails, smile, outdoors")
    with FakeDanbooru(TAGS) as wiki:
        project.set["TagProvider.wiki_url"] = wiki.url
        return project, project.run()


@pytest.mark.usefixtures("usual_ports")
def test_lm_studio_is_asked_for_the_model_that_it_has_loaded(tmp_path: Path) -> None:
    with LmStudio(
        Held("text-embedding-nomic-embed-text-v1.5", chats=False),
        Held("mistral-nemo-instruct-2407"),
        Held("qwen/qwen3-vl-4b", sees=True, reasons=True, loaded=True),
        answer=answer,
        port=1234,
    ) as server:
        project, result = run(tmp_path)
        asked = server.requests
    assert result.code == 0, result
    place = "LM Studio at http://127.0.0.1:1234/v1"
    assert f"Asking {place}, model qwen/qwen3-vl-4b (loaded, one of 2 that can chat)." in result.out
    assert project.caption("a") == CAPTION
    assert {request.body["model"] for request in asked} == {"qwen/qwen3-vl-4b"}
    assert {request.body["reasoning_effort"] for request in asked} == {"none"}
    assert result.err == ""


@pytest.mark.usefixtures("usual_ports")
def test_ollama_is_asked_for_one_model_that_does_all_three_stages(tmp_path: Path) -> None:
    with Ollama(
        Held("all-minilm:latest", chats=False),
        Held("qwen2.5:7b"),
        Held("gemma3:12b", sees=True, context=200),
        answer=answer,
        port=11434,
    ) as server:
        project, result = run(tmp_path, Interrogator__skip="False")
        asked = server.requests
    assert result.code == 0, result
    why = "one for pictures and texts, has to be loaded first, one of 2 that can chat"
    assert f"Asking Ollama at http://127.0.0.1:11434/v1, model gemma3:12b ({why})." in result.out
    assert (tmp_path / "descriptions" / "a.txt").exists()
    assert project.caption("a")
    assert {request.body["model"] for request in asked} == {"gemma3:12b"}
    assert result.err.count("Ollama read only 200 of about ") == 1
    assert "start it with OLLAMA_CONTEXT_LENGTH=16384" in result.err
    # It is known not to reason, so nothing is said of that.
    assert not any("reasoning_effort" in request.body for request in asked)


@pytest.mark.usefixtures("usual_ports")
def test_llama_cpp_answers_to_any_name_and_journal_and_output_say_with_which_model(tmp_path: Path) -> None:
    with LlamaCpp(Held("mistral-nemo.gguf"), answer=answer, port=8080) as server:
        project, result = run(tmp_path, Endpoint__model="qwen2.5-7b")
        asked = server.requests
    assert result.code == 0, result
    assert "llama.cpp at http://127.0.0.1:8080/v1, model mistral-nemo.gguf (this server has no" in result.out
    assert {line["model"] for line in project.journal()} == {"mistral-nemo.gguf"}
    assert {request.body["model"] for request in asked} == {"mistral-nemo.gguf"}


def test_where_a_server_repeats_a_name_that_it_does_not_list_run_journal_and_report_say_so(
    tmp_path: Path,
) -> None:
    with FakeEndpoint(models=("real",), answer=answer) as server:
        project, result = run(tmp_path, Endpoint__url=server.url, Endpoint__model="wrong")
    unsure = "wrong (the server lists only real)"
    said = "model wrong (not in the list of this server, which may answer with another model: real)"
    assert (result.code, said in result.out) == (0, True), result
    assert {line["model"] for line in project.journal()} == {unsure}
    assert unsure in (project.captions / "report.html").read_text(encoding="utf-8")


def test_a_model_that_reasons_in_spite_of_the_settings_is_told_in_a_run_and_by_check(tmp_path: Path) -> None:
    # LM Studio ignores a field that it does not know, such as one that the user sets in place of ours.
    with LmStudio(Held("thinker", reasons=True, loaded=True), answer=answer) as server:
        settings = {"Endpoint__url": server.url, "Endpoint__extra_body": '{"think": false}'}
        project, result = run(tmp_path, **settings)
        checked = project.run("--check", "--set", "TagProvider.skip=True")
    told = "thinker reasons although reasoning = off, which takes many times as long: take an instruct model"
    assert (result.code, result.err.count(told)) == (0, 1)
    assert f"warning  [Interpreter] {told}" in checked.out


def test_openrouter_is_asked_for_a_free_model(tmp_path: Path) -> None:
    with OpenRouter(
        Held("vendor/paints", chats=False),
        Held("vendor/large", sees=True),
        Held("vendor/thinker:free", reasons=True),
        answer=answer,
    ) as server:
        settings = {"Endpoint__url": server.url, "Endpoint__api_key": "sk-or-1"}
        project, result = run(tmp_path, **settings)
        asked = server.requests
    assert result.code == 0, result
    assert "model vendor/thinker:free (free, one of 2 that can chat)." in result.out
    assert project.caption("a") == CAPTION
    # This one cannot be kept from reasoning: that is tried once, and said.
    assert [request.body.get("reasoning") for request in asked[:2]] == [{"enabled": False}, None]
    assert not any("reasoning" in request.body for request in asked[2:])
    assert result.err.count("refuses reasoning, so it is left out") == 1


def test_gemini_is_asked_without_what_it_refuses_until_its_quota_of_the_day_is_used_up(
    tmp_path: Path,
) -> None:
    quota = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
    spent = Gemini.refusal(
        429,
        "You exceeded your current quota.",
        {"@type": "QuotaFailure", "violations": [{"quotaId": quota}]},
        {"@type": "RetryInfo", "retryDelay": "34s"},
    )
    with Gemini(Held("imagen-4", chats=False), Held("gemini-2.5-pro", reasons=True), answer=answer) as server:
        settings = {"Endpoint__url": server.url, "Endpoint__api_key": "AIza-1", "Endpoint__seed": "7"}
        project, result = run(tmp_path, **settings)
        again = project.run("--set", "Endpoint.api_key=", "--set", "Dataset.existing=overwrite")
        asked = server.requests
    assert result.code == 0, result
    assert f"Asking Gemini at {server.url}, model gemini-2.5-pro." in result.out
    assert project.caption("a") == CAPTION
    assert {line["model"] for line in project.journal()} == {"gemini-2.5-pro"}
    for field in ("seed", "reasoning_effort"):
        assert result.err.count(f"refuses {field}, so it is left out") == 1
    assert {"seed", "reasoning_effort"}.isdisjoint(asked[-2].body)
    assert (again.code, "400: API key not valid. Please pass" in again.err) == (2, True), again
    with FakeEndpoint(faults=(spent,)) as server:
        project.set["Endpoint.url"] = server.url
        ended = project.run("--set", "Dataset.existing=overwrite")
        assert len(server.requests) == 1
    assert (ended.code, "the quota of this day is used up: run again tomorrow" in ended.err) == (2, True), (
        ended
    )


def test_check_says_of_each_stage_which_model_it_has_and_what_that_can(tmp_path: Path) -> None:
    project = Project(tmp_path, Endpoint__model="auto", Interrogator__skip="False")
    project.add("a.png")
    with Ollama(Held("seer", sees=True, reasons=True, context=500), answer=answer) as ollama:
        said = project.run("--check", "--set", f"Endpoint.url={ollama.url}").out
    with LlamaCpp(Held("real.gguf", sees=True), answer=answer) as llama:
        project.set |= {"Endpoint.url": llama.url, "Endpoint.model": "other"}
        others = project.run("--check").out
    for stage in ("Interrogator", "Interpreter"):
        assert f"ok       [{stage}] Ollama at {ollama.url} answers in " in said
    assert said.count("with the model seer (not loaded before, sees pictures, can reason)") == 2
    # Ollama tells the context once the model is loaded, which the question has done.
    assert "the context of 500 tokens is too short: the longest prompt has about " in said
    assert "start it with OLLAMA_CONTEXT_LENGTH=16384 in its environment: " in said
    assert "has no model other, so real.gguf answers in its place: write model = real.gguf" in others
