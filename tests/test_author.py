"""Captions held against their tags: what is asked for again, what is kept, and several at once."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fake_endpoint import FakeEndpoint, Reply, Status
from tests.program import Project

TAGS = "1girl, solo, hatsune miku, vocaloid, aqua hair, long hair, smile"
GOOD = "Hatsune Miku from Vocaloid, a girl with long aqua hair, smiles."
NAMELESS = "A girl with long aqua hair smiles."
WRONG_HAIR = "Hatsune Miku from Vocaloid, a girl with long red hair, smiles."


def project_at(folder: Path, endpoint: FakeEndpoint, **settings: str) -> Project:
    project = Project(folder, url=endpoint.url, Interpreter__repairs="1", **settings)
    project.add("a.png", TAGS)
    return project


def test_a_caption_that_misses_the_name_is_asked_for_once_more_with_its_faults(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint)
        endpoint.script(Reply(NAMELESS), Reply(GOOD))
        project.run()
        first, second = (request.body["messages"] for request in endpoint.requests)
    assert second[: len(first)] == first, "the prefix is shared"
    assert second[len(first)] == {"role": "assistant", "content": NAMELESS}
    assert "It does not name hatsune miku." in second[-1]["content"]
    assert project.caption("a") == GOOD
    [line] = project.journal()
    assert line["repaired"] is True
    assert line["coverage"] == 1.0
    assert line["completion_tokens"] == len(NAMELESS.split()) + len(GOOD.split())


def test_a_wrong_hair_colour_is_told_to_the_model(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint)
        endpoint.script(Reply(WRONG_HAIR), Reply(GOOD))
        project.run()
        told = endpoint.requests[-1].body["messages"][-1]["content"]
    assert "red" in told
    assert project.caption("a") == GOOD


def test_the_better_of_the_two_is_kept(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint)
        endpoint.script(Reply(NAMELESS), Reply("Somebody stands somewhere with red hair."))
        project.run()
    assert project.caption("a") == NAMELESS
    assert project.journal()[0]["repaired"] is False
    assert project.journal()[0]["missed"] == ["hatsune_miku", "vocaloid"]


def test_a_good_caption_is_not_asked_for_again_and_none_is_with_repairs_off(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path / "good", endpoint)
        endpoint.script(Reply(GOOD))
        project.run()
        off = project_at(tmp_path / "off", endpoint, Interpreter__min_coverage="1")
        off.set["Interpreter.repairs"] = "0"
        endpoint.script(Reply(NAMELESS))
        off.run()
        assert len(endpoint.requests) == 2


def test_a_caption_under_the_least_coverage_is_asked_for_again(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__min_coverage="0.95")
        endpoint.script(Reply("Hatsune Miku from Vocaloid, a girl with aqua hair."), Reply(GOOD))
        project.run()
        told = endpoint.requests[-1].body["messages"][-1]["content"]
    assert "It does not say: long hair, smile." in told
    assert project.caption("a") == GOOD


def test_variants_come_from_one_answer_in_the_order_asked_for(tmp_path: Path) -> None:
    answer = json.dumps({"short": "Hatsune Miku smiles.", "long": GOOD})
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__variants="long, tags, short")
        endpoint.script(Reply(answer))
        project.run()
        [request] = endpoint.requests
    assert request.body["response_format"]["json_schema"]["schema"]["required"] == ["long", "short"]
    assert project.caption("a").splitlines() == [
        GOOD,
        "1girl, solo, hatsune miku, vocaloid, aqua hair, long hair, smile",
        "Hatsune Miku smiles.",
    ]


def test_a_variant_that_is_missing_is_asked_for_alone(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__variants="long, short")
        endpoint.script(Reply(json.dumps({"long": GOOD})), Reply("Hatsune Miku smiles."))
        project.run()
        assert "Write the caption as one sentence" in endpoint.requests[-1].body["messages"][-1]["content"]
    assert project.caption("a").splitlines() == [GOOD, "Hatsune Miku smiles."]


def test_a_server_that_knows_no_schema_is_asked_without_one_from_then_on(tmp_path: Path) -> None:
    answer = Reply(f"Long: {GOOD}\nShort: Hatsune Miku smiles.")
    with FakeEndpoint() as endpoint:
        project = project_at(
            tmp_path, endpoint, Interpreter__variants="long, short", Endpoint__concurrency="1"
        )
        project.add("b.png", TAGS)
        endpoint.script(Status(400, '{"error": "response_format is not supported"}'), answer, answer)
        result = project.run()
        with_schema = ["response_format" in request.body for request in endpoint.requests]
    assert result.code == 0, result
    assert with_schema == [True, False, False]
    assert project.caption("b").splitlines() == [GOOD, "Hatsune Miku smiles."]


def test_several_templates_make_several_captions(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(f"Template {name}: {{{{ tags }}}}", encoding="utf-8")
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__prompt_template_file="one.txt, two.txt")
        endpoint.script(Reply(GOOD), Reply("Hatsune Miku of Vocaloid has long aqua hair and a smile."))
        project.run()
        asked = [request.body["messages"][0]["content"][:12] for request in endpoint.requests]
    assert asked == ["Template one", "Template two"]
    assert len(project.caption("a").splitlines()) == 2
