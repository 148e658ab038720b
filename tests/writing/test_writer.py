"""Captions are checked against their tags: when one is asked for again, which one is kept, and variants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint, Reply, Status
from tests.program.project import Project

TAGS = "1girl, solo, hatsune miku, vocaloid, aqua hair, long hair, smile"
GOOD = "Hatsune Miku from Vocaloid, a girl with long aqua hair, smiles."
NAMELESS = "A girl with long aqua hair smiles."
WRONG_HAIR = "Hatsune Miku from Vocaloid, a girl with long red hair, smiles."


def project_at(folder: Path, endpoint: FakeEndpoint, **settings: str) -> Project:
    project = Project(folder, url=endpoint.url, Interpreter__repairs="1", **settings)
    project.add("a.png", TAGS)
    return project


def cached(project: Project, **implied: str) -> None:
    """Tell the project what some tags imply; those that begin with a capital are characters."""
    entries = {
        tag.lower(): {"description": "", "category": "character" if tag.istitle() else "general"}
        | {"implies": others}
        for tag, others in implied.items()
    }
    project.cache.write_text(json.dumps(entries), encoding="utf-8")


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


def test_what_a_caption_adds_to_its_tags_is_told_unless_the_description_bears_it_out(tmp_path: Path) -> None:
    adds = f'{GOOD[:-1]} at a small dog, in an anime by Yamada Kanehito, before a sign that says "Open late".'
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__min_coverage="0")
        endpoint.script(Reply(adds))
        told = project.run().out
        assert project.journal()[0]["adds"] == ['"a small dog"', '"Yamada Kanehito"', '"Open late"']
        assert "1 adding to the tags" in told
        assert 'speaks of "a small dog", "Yamada Kanehito", "Open late"' in told
        project.descriptions.mkdir()
        (project.descriptions / "a.txt").write_text(
            "A girl with a dog before a shop that is open late.", "utf-8"
        )
        endpoint.script(Reply(adds))
        project.run("--set", "Dataset.existing=overwrite")
        assert project.journal()[-1]["adds"] == ['"Yamada Kanehito"']


def test_what_is_not_found_in_a_long_caption_is_perhaps_unsaid_and_no_reason_to_ask_again(
    tmp_path: Path,
) -> None:
    long = (
        f"{GOOD} She stands in the middle of a wide and quiet street, and the light falls on her from above. "
        "Behind her a wall goes up into the dark, and a small door in it is half open. The air is warm, the "
        "road is dry, and there is nothing else to see far and near but the shadows of houses on both sides."
    )
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__min_coverage="0.99")
        project.add("a.png", f"{TAGS}, teapot, kagamine rin")
        project.add("b.png", f"{TAGS}, teapot")
        cached(project, **{"Kagamine_Rin": ""})
        endpoint.script(*[Reply(long)] * 3)
        project.run()
        assert len(endpoint.requests) == 3, "a name is missed in a caption of any length"
    lines = {line["picture"]: line for line in project.journal()}
    assert (lines["a"]["missed"], lines["a"]["perhaps"]) == (["kagamine_rin"], ["teapot"])
    assert (lines["b"]["missed"], lines["b"]["perhaps"]) == ([], ["teapot"])


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


def test_a_good_caption_is_not_asked_for_again_nor_is_any_with_repairs_off(tmp_path: Path) -> None:
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


LEAKING = "Hatsune Miku from Vocaloid, a girl with long aqua hair and red eyes, smiles."


def test_a_caption_that_says_a_hidden_trait_is_asked_for_once_more_and_told_so(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Tags__hide="red eyes, smile")
        endpoint.script(Reply(LEAKING), Reply(GOOD.replace(", smiles", "")))
        result = project.run()
        told = endpoint.requests[-1].body["messages"][-1]["content"]
    assert "- It says red eyes, which is to be left out." in told
    assert "- It says smile, which is to be left out." in told
    assert project.caption("a") == GOOD.replace(", smiles", "")
    assert "to look at" not in result.out
    assert project.journal()[0]["repaired"] is True


def test_of_two_captions_the_one_that_says_fewer_hidden_traits_is_kept(tmp_path: Path) -> None:
    nameless = "A girl with long aqua hair and a smile has red eyes."
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path / "fewer", endpoint, Tags__hide="red eyes, long hair")
        endpoint.script(Reply(LEAKING), Reply("Hatsune Miku from Vocaloid has red eyes."))
        result = project.run()
        assert project.caption("a") == "Hatsune Miku from Vocaloid has red eyes."
        assert "to look at: 1 hidden trait said" in result.out
        more = project_at(tmp_path / "more", endpoint, Tags__hide="red eyes, long hair")
        endpoint.script(Reply("Hatsune Miku has red eyes."), Reply(nameless))
        more.run()
    assert more.caption("a") == "Hatsune Miku has red eyes."


# The better caption of each pair is worse by everything that comes later in the order.
@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param("A girl with long red hair.", GOOD, id="no hidden trait before names"),
        pytest.param(
            "Hatsune Miku with red hair and twin_tails.",
            "A girl from Vocaloid with long aqua hair.",
            id="names before faults",
        ),
        pytest.param(
            "Hatsune Miku.",
            "Hatsune Miku from Vocaloid has long aqua hair, beside a boy.",
            id="no fault before coverage",
        ),
        pytest.param(
            "Hatsune Miku from Vocaloid, a girl with long hair.", "Hatsune Miku.", id="more coverage"
        ),
    ],
)
@pytest.mark.parametrize("is_draft_better", [True, False], ids=["draft", "repair"])
def test_of_a_draft_and_its_repair_the_one_that_spoils_less_is_kept(
    tmp_path: Path, better: str, worse: str, is_draft_better: bool
) -> None:
    draft, repair = (better, worse) if is_draft_better else (worse, better)
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Tags__hide="smile", Interpreter__min_coverage="1")
        endpoint.script(Reply(draft), Reply(repair))
        project.run()
        assert len(endpoint.requests) == 2
    assert project.caption("a") == better
    assert project.journal()[0]["repaired"] is not is_draft_better


@pytest.mark.parametrize("others", [[], ["1girl, megurine luka, vocaloid"]], ids=["alone", "of the data set"])
def test_a_name_of_another_picture_of_the_data_set_is_asked_to_be_left_out(
    tmp_path: Path, others: list[str]
) -> None:
    draft = "Hatsune Miku from Vocaloid, a girl with long aqua hair, smiles like Megurine Luka."
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Endpoint__concurrency="1")
        cached(project, Hatsune_Miku="", Megurine_Luka="")
        for tags in others:
            project.add("b.png", tags)
        endpoint.script(Reply(draft), Reply(GOOD))
        project.run("--limit", "1")
        requests = [request.body["messages"][-1]["content"] for request in endpoint.requests]
    if others:
        assert '- The caption names "Megurine Luka", whom no tag names: leave the name out.' in requests[1]
        assert project.caption("a") == GOOD
    else:
        assert len(requests) == 1
        assert project.caption("a") == draft


def test_faults_that_remain_are_counted_and_listed_but_are_no_failure(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Endpoint__concurrency="1")
        for name in ("b", "c", "d"):
            project.add(f"{name}.png", TAGS)
        for caption in (WRONG_HAIR, NAMELESS, "Hatsune Miku, with twin_tails.", GOOD):
            endpoint.script(*[Reply(caption)] * (1 if caption == GOOD else 2))
        result = project.run()
    assert result.code == 0, result
    assert (
        "to look at: 1 contradicting tags, 1 not naming a character, 1 spelled as tags, 1 under min_coverage;"
        in result.out
    )
    assert 'a.png: The caption says "red hair", but the tags say' in result.out
    assert "b.png: it does not name hatsune miku" in result.out
    assert 'c.png: Write "twin_tails" in words' in result.out
    assert "c.png: its coverage is " in result.out
    assert "d.png" not in result.out
    assert not any("notes" in line for line in project.journal())


def test_a_caption_that_says_a_tag_says_what_it_implies_too(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__min_coverage="1")
        project.add("a.png", "cure black, misumi nagisa, grin, smile, aqua hair")
        cached(project, Cure_Black="misumi_nagisa", Misumi_Nagisa="", grin="smile")
        endpoint.script(Reply("Cure Black with aqua hair grins."))
        project.run()
    assert len(endpoint.requests) == 1
    assert project.journal()[0]["missed"] == []


def test_of_missed_tags_those_that_another_one_implies_are_not_asked_for(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint)
        project.add("a.png", "cure black, misumi nagisa, grin, smile, aqua hair")
        cached(project, Cure_Black="misumi_nagisa", Misumi_Nagisa="", grin="smile")
        endpoint.script(Reply("A girl with aqua hair."), Reply("Misumi Nagisa with aqua hair, smiling."))
        result = project.run()
        told = endpoint.requests[-1].body["messages"][-1]["content"].splitlines()
    assert told[1:-1] == ["- It does not name cure black.", "- It does not say: grin."]
    assert "a.png: it does not name cure black" in result.out


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


def test_the_variant_of_tags_is_what_the_filters_by_name_leave_and_keeps_what_trainers_know(
    tmp_path: Path,
) -> None:
    tags = (
        r"masterpiece, score_9, score_8_up, source_anime, rating:general, highres, by somebody, artist:wlop, "
        r"1girl, ganyu \(genshin impact\), genshin_impact, ^_^, o_o, grey hair, signature, white dress, dress"
    )
    with FakeEndpoint() as endpoint:
        project = project_at(
            tmp_path,
            endpoint,
            Interpreter__variants="tags, short",
            Interpreter__min_coverage="0",
            Tags__exclude="signature",
            Tags__hide="1girl",
            Tags__replace="grey hair=gray hair",
            Tags__drop_implied="True",
        )
        project.add("a.png", tags)
        endpoint.script(Reply("Ganyu has gray hair."))
        project.run()
    assert project.caption("a").splitlines()[0] == (
        "masterpiece, score_9, score_8_up, source_anime, highres, by somebody, wlop, "
        "ganyu (genshin impact), genshin impact, ^_^, o_o, gray hair, white dress, dress"
    )


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
