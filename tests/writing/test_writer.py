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


def asked_of(endpoint: FakeEndpoint) -> list[str]:
    """The last message of each request."""
    return [request.body["messages"][-1]["content"] for request in endpoint.requests]


def test_a_caption_that_misses_the_name_gets_a_sentence_from_the_tags_without_a_request(
    tmp_path: Path,
) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint)
        endpoint.script(Reply(NAMELESS))
        project.run()
        assert len(endpoint.requests) == 1
    assert project.caption("a") == f"{NAMELESS} She is Hatsune Miku from Vocaloid."
    [line] = project.journal()
    assert line["repaired"] is True
    assert line["coverage"] == 1.0


def test_what_a_caption_adds_to_its_tags_is_told_unless_the_description_bears_it_out(tmp_path: Path) -> None:
    adds = f'{GOOD[:-1]} at a small dog, in an anime by Yamada Kanehito, before a sign that says "Open late".'
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__min_coverage="0")
        endpoint.script(Reply(adds))
        told = project.run().out
        assert project.journal()[0]["adds"] == ['"a small dog"', '"Yamada Kanehito"', '"Open late"']
        assert "1 adding to the tags" in told
        assert 'it adds "a small dog", "Yamada Kanehito", "Open late", which neither the tags' in told
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
        endpoint.script(*[Reply(long)] * 2)
        project.run()
        assert len(endpoint.requests) == 2
    lines = {line["picture"]: line for line in project.journal()}
    assert (lines["a"]["missed"], lines["a"]["perhaps"]) == (["kagamine_rin"], ["teapot"])
    assert (lines["b"]["missed"], lines["b"]["perhaps"]) == ([], ["teapot"])


def test_a_tag_that_was_left_as_one_is_written_in_words_without_a_request(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint)
        endpoint.script(Reply(f"{GOOD} Her boots are knee_high."))
        project.run()
        assert len(endpoint.requests) == 1
    assert project.caption("a") == f"{GOOD} Her boots are knee high."
    assert project.journal()[0]["repaired"] is True


def test_the_sentence_with_a_wrong_colour_is_asked_for_again_and_put_in_its_place(tmp_path: Path) -> None:
    wrong = "Hatsune Miku from Vocaloid has long red hair."
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Endpoint__seed="5", Endpoint__temperature="0.4")
        endpoint.script(
            Reply(f"She smiles. {wrong}"), Reply("Hatsune Miku from Vocaloid has long aqua hair.")
        )
        project.run()
        first, second = (request.body for request in endpoint.requests)
    assert second["messages"][: len(first["messages"])] == first["messages"], "the prefix is shared"
    assert second["messages"][-2] == {"role": "assistant", "content": f"She smiles. {wrong}"}
    assert f'"{wrong}"' in second["messages"][-1]["content"]
    assert "aqua" in second["messages"][-1]["content"]
    assert (second["seed"], second["temperature"]) == (6, 0.5)
    assert project.caption("a") == "She smiles. Hatsune Miku from Vocaloid has long aqua hair."
    assert project.journal()[0]["completion_tokens"] == 10 + 8


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(WRONG_HAIR, id="word for word"),
        pytest.param("Hatsune Miku from Vocaloid has blue hair and a boy smiles.", id="no better"),
        pytest.param("Hatsune Miku from Vocaloid with aqua hair rides a horse in Paris.", id="made up"),
        pytest.param("I cannot help with that.", id="refused"),
    ],
)
def test_a_repair_that_does_not_help_ends_the_repairs(tmp_path: Path, answer: str) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint)
        project.set["Interpreter.repairs"] = "3"
        endpoint.script(Reply(WRONG_HAIR), Reply(answer))
        project.run()
        assert len(endpoint.requests) == 2
    assert project.caption("a") == WRONG_HAIR
    assert project.journal()[0]["repaired"] is False


def test_a_good_caption_is_not_mended_nor_is_any_with_repairs_off(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path / "good", endpoint)
        endpoint.script(Reply(GOOD))
        project.run()
        off = project_at(tmp_path / "off", endpoint, Interpreter__min_coverage="1")
        off.set["Interpreter.repairs"] = "0"
        endpoint.script(Reply(NAMELESS))
        off.run()
        assert len(endpoint.requests) == 2
    assert off.caption("a") == NAMELESS


def test_a_caption_under_the_least_coverage_gets_one_more_sentence_where_there_is_no_floor(
    tmp_path: Path,
) -> None:
    short = "Hatsune Miku from Vocaloid, a girl with aqua hair."
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__min_coverage="0.95")
        endpoint.script(Reply(short), Reply("She has long hair and a smile."))
        project.run()
        told = asked_of(endpoint)[-1]
    assert "long hair, smile" in told
    assert project.caption("a") == f"{short} She has long hair and a smile."


def test_a_further_sentence_that_contradicts_the_tags_is_not_added(tmp_path: Path) -> None:
    short = "Hatsune Miku from Vocaloid, a girl with aqua hair."
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__min_coverage="0.95")
        endpoint.script(Reply(short), Reply("Her long hair is red, and she has a smile."))
        project.run()
        assert len(endpoint.requests) == 2
    assert project.caption("a") == short


LEAKING = "Hatsune Miku from Vocaloid is a girl with long aqua hair. She smiles with red eyes."


def test_the_sentence_that_says_a_hidden_trait_is_asked_for_again(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Tags__hide="red eyes")
        endpoint.script(Reply(LEAKING), Reply("She smiles."))
        result = project.run()
        told = asked_of(endpoint)[-1]
    assert 'This sentence is not right: "She smiles with red eyes."' in told
    assert "it must not say red eyes" in told
    assert project.caption("a") == "Hatsune Miku from Vocaloid is a girl with long aqua hair. She smiles."
    assert "to look at" not in result.out


DRAFT = "Hatsune Miku from Vocaloid, a girl, has long aqua hair. She is smiling."


def floor_at(folder: Path, endpoint: FakeEndpoint, tags: str = TAGS, **settings: str) -> Project:
    project = project_at(folder, endpoint, **{"Interpreter__floor": "draft", **settings})
    project.add("a.png", tags)
    return project


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        pytest.param([WRONG_HAIR, WRONG_HAIR], "has a fault: The caption says", id="fault"),
        pytest.param(
            ["Hatsune Miku, a girl with aqua hair, is standing.", "She has red hair."],
            "says 70 % of the tags, and the draft more",
            id="little",
        ),
        pytest.param(
            ["Hatsune Miku from Vocaloid, a girl, has long aqua hair. She is smiling at a balcony in Paris."],
            'adds "Paris", which nothing bears out',
            id="made up",
        ),
        pytest.param(["A star, a moon, a starry sky, " * 9 + "a star."] * 2, "repeats itself", id="loop"),
        pytest.param(
            ["girl, solo, aqua hair, long hair, smile, standing, sky"] * 2, "is a list of tags", id="list"
        ),
    ],
)
def test_the_draft_is_kept_where_the_text_of_the_model_is_surely_worse(
    tmp_path: Path, answers: list[str], why: str
) -> None:
    with FakeEndpoint() as endpoint:
        project = floor_at(tmp_path, endpoint, Interpreter__min_coverage="0.9")
        endpoint.script(*map(Reply, answers))
        result = project.run()
        assert len(endpoint.requests) <= len(answers)
    assert result.code == 0, result
    assert project.caption("a") == DRAFT
    [line] = project.journal()
    assert line["floor"].startswith(why)
    assert line["coverage"] == 1.0
    assert line["draft"] is False, "it is not written again by the next run"
    assert f"a.png: the draft was better: the model's text {why}" in result.out


def test_a_model_whose_drafts_are_better_is_told_of_at_the_end_of_a_run_and_by_the_check(
    tmp_path: Path,
) -> None:
    with FakeEndpoint() as endpoint:
        project = floor_at(tmp_path, endpoint, Endpoint__concurrency="1", Endpoint__retries="0")
        for number in range(5):
            project.add(f"{number}.png", TAGS)
        project.set["Interpreter.repairs"] = "0"
        endpoint.script(*[Reply(WRONG_HAIR)] * 3, *[Reply(GOOD)] * 3)
        told = project.run().out
        endpoint.script(*[Reply("ready")] * 3)
        checked = project.run("--check").out
    weak = "The draft was better for 3 of 6 pictures: this model writes worse than no model; try a larger one"
    assert weak in told.splitlines()[-1]
    assert weak in checked


def test_a_loop_that_max_tokens_ended_is_told_as_a_loop(tmp_path: Path) -> None:
    loop = Reply("A star, a moon, a starry sky, " * 20, finish_reason="length")
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Endpoint__retries="0")
        endpoint.script(loop)
        assert "repeats itself; lower the temperature" in project.run().out


def test_without_a_floor_the_text_of_the_model_stays_or_fails(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Endpoint__retries="0", Endpoint__concurrency="1")
        project.set["Interpreter.repairs"] = "0"
        project.add("b.png", TAGS)
        listed = Reply("girl, solo, aqua hair, long hair, smile, standing, sky")
        endpoint.script(Reply(WRONG_HAIR), listed)
        result = project.run()
    assert project.caption("a") == WRONG_HAIR
    assert "b.png: the answer is a list of tags" in result.out
    assert "floor" not in project.journal()[0]


def test_a_list_is_what_the_model_is_to_write_where_an_example_of_the_template_is_one(tmp_path: Path) -> None:
    template = "[user]\nTags: no humans, dog\n[assistant]\ndog, rug, lamp, fire\n[user]\nTags: {{ tags }}"
    (tmp_path / "lists.txt").write_text(template, encoding="utf-8")
    answer = "girl, hatsune miku, aqua hair, long hair, smile"
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Interpreter__prompt_template_file="lists.txt")
        endpoint.script(Reply(answer))
        project.run()
    assert project.caption("a") == answer


def test_a_copied_example_is_not_written(tmp_path: Path) -> None:
    template = (
        "[user]\nTags: no humans, dog, rug\n[assistant]\nA dog with white fur and a red collar lies asleep "
        "on a rug.\n[user]\nTags: {{ tags }}"
    )
    (tmp_path / "one.txt").write_text(template, encoding="utf-8")
    copy = "Hatsune Miku with white fur and a red collar lies asleep on a rug."
    with FakeEndpoint() as endpoint:
        project = floor_at(tmp_path / "floor", endpoint, Interpreter__prompt_template_file="../one.txt")
        endpoint.script(Reply(copy), Reply(copy))
        result = project.run()
        assert len(endpoint.requests) == 2
    assert project.caption("a") == DRAFT
    assert "a.png: the draft was better: the model's text repeats an example" in result.out


def test_prose_in_words_of_its_own_never_loses_to_a_draft_that_says_more(tmp_path: Path) -> None:
    prose = "Teal twintails frame the singer's grin: Hatsune Miku, lit by one lamp, faces an empty hall."
    with FakeEndpoint() as endpoint:
        project = floor_at(tmp_path, endpoint, TAGS + ", standing, hat, boots, night, street, rain, umbrella")
        endpoint.script(Reply(prose))
        result = project.run()
    assert project.caption("a") == prose
    assert project.journal()[0]["alike"] < 0.15
    assert "the draft was better" not in result.out


def test_a_model_that_refuses_has_no_caption_whatever_the_draft_says(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = floor_at(tmp_path, endpoint, Endpoint__retries="1")
        endpoint.script(*[Reply("I cannot describe this picture.")] * 2)
        result = project.run()
    assert "1 failed (1 refused)" in result.out
    assert not (project.captions / "a.txt").exists()


def test_a_short_variant_is_not_replaced_by_a_draft_that_is_too_long_for_it(tmp_path: Path) -> None:
    tags = (
        TAGS
        + ", standing, hat, boots, night, street, rain, umbrella, red scarf, blue gloves, lamp, bench, sky"
    )
    answer = "A girl with aqua hair smiles beside a boy."
    with FakeEndpoint() as endpoint:
        project = floor_at(tmp_path, endpoint, tags, Interpreter__variants="short")
        project.set["Interpreter.repairs"] = "0"
        endpoint.script(Reply(answer))
        project.run()
    assert project.caption("a") == answer


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
        assert 'the caption names "Megurine Luka", whom no tag names: leave the name out.' in requests[1]
        assert project.caption("a") == GOOD
    else:
        assert len(requests) == 1
        assert project.caption("a") == draft


def test_faults_that_remain_are_counted_and_listed_but_are_no_failure(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint, Endpoint__concurrency="1")
        project.set["Interpreter.repairs"] = "0"
        for name in ("b", "c", "d"):
            project.add(f"{name}.png", TAGS)
        endpoint.script(*map(Reply, (WRONG_HAIR, NAMELESS, "Hatsune Miku, with twin_tails.", GOOD)))
        result = project.run()
    assert result.code == 0, result
    assert (
        "to look at: 1 contradicting tags, 1 not naming a character, 1 spelled as tags, 1 under min_coverage;"
        in result.out
    )
    assert 'a.png: The caption says "red hair", but the tags say' in result.out
    assert "b.png: it does not name hatsune miku" in result.out
    assert 'c.png: Write "twin_tails" in words' in result.out
    assert "c.png: it says " in result.out
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
        project = project_at(tmp_path, endpoint, Interpreter__min_coverage="0.9")
        project.add("a.png", "1girl, cure black, misumi nagisa, grin, smile, aqua hair")
        cached(project, Cure_Black="misumi_nagisa", Misumi_Nagisa="", grin="smile")
        endpoint.script(Reply("A girl with aqua hair."), Reply("She grins."))
        project.run()
        told = asked_of(endpoint)[-1]
    assert "of the same picture: grin." in told
    assert project.caption("a") == "A girl with aqua hair. She is Cure Black. She grins."


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
