"""Captions that are a structure: Ideogram 4's JSON and NewBie's XML, held to their rules and to the tags."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from styling import ideogram4
from styling.structures import STRUCTURES
from tags.filters import HiddenTraits
from tests.fakes.endpoint import FakeEndpoint, Status
from tests.program.project import Project
from writing.judging import PictureTags
from writing.structures import TASKS

Json = dict[str, Any]

# As in the documents of the model, with boxes and colours.
CAPTION: Json = {
    "high_level_description": "Hatsune Miku from Vocaloid smiles among cherry blossoms.",
    "style_description": {
        "aesthetics": "fresh",
        "lighting": "soft",
        "medium": "illustration",
        "art_style": "ink",
        "color_palette": ["#AABBCC"],
    },
    "compositional_deconstruction": {
        "background": "Cherry blossoms.",
        "elements": [
            {"type": "obj", "bbox": [0, 10, 900, 1000], "desc": "A girl.", "color_palette": ["#00FF00"]},
            {"type": "text", "text": "Ahoi", "desc": "A sign."},
        ],
    },
}
SAID = {
    "high_level_description": "Hatsune Miku smiles.",
    "compositional_deconstruction": {
        "background": "A tree “outdoors”.",
        "elements": [{"type": "obj", "desc": "Hatsune Miku, a girl with aqua hair."}],
    },
}
LINE = (
    '{"high_level_description":"mychar, Hatsune Miku smiles.","compositional_deconstruction":{"background":'
    '"A tree “outdoors”.","elements":[{"type":"obj","desc":"Hatsune Miku, a girl with aqua hair."}]}}'
)
TAGS = "1girl, solo, character:hatsune miku, aqua hair, smile, tree, outdoors"


def changed(change: Callable[[Any], object]) -> Json:
    caption = deepcopy(CAPTION)
    change(caption)
    return caption


def element(caption: Json) -> Json:
    found: Json = caption["compositional_deconstruction"]["elements"][0]
    return found


PARTS = "compositional_deconstruction"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda it: it.pop(PARTS), f"the object should have {PARTS}"),
        (lambda it: it.update(caption="A girl."), "the object should have no caption"),
        (lambda it: it.update(high_level_description=3), "of the object should be a text"),
        (lambda it: it.update(style_description=it.pop("style_description")), "should stand in this order"),
        (lambda it: it["style_description"].pop("medium"), "style_description should have medium"),
        (lambda it: it["style_description"].update(photo="f/2"), "should have no art_style"),
        (lambda it: it["style_description"].update(color_palette=["#aabbcc"]), "at most 16 colors such as"),
        (lambda it: it.update({PARTS: []}), f"{PARTS} should be an object"),
        (lambda it: it[PARTS].update(elements={}), "elements should be a list"),
        (lambda it: element(it).pop("desc"), "element 1 should have desc"),
        (lambda it: element(it).update(type="person"), 'element 1 should be an object with "type"'),
        (
            lambda it: element(it).update(bbox=[0.5, 0, 1, 1]),
            "bbox of element 1 should be four whole numbers",
        ),
        (
            lambda it: element(it).update(bbox=[0, 0, 1, 1001]),
            "bbox of element 1 should be four whole numbers",
        ),
        (lambda it: element(it).update(color_palette=["#AABBCC"] * 6), "at most 5 colors"),
    ],
)
def test_what_the_verifier_flags_is_a_fault(change: Callable[[Any], object], fault: str) -> None:
    assert ideogram4.faults(CAPTION) == []
    assert fault in "; ".join(ideogram4.faults(changed(change)))


@pytest.mark.parametrize(
    "answer", [{}, {"compositional_deconstruction": 1}, {"style_description": []}, CAPTION]
)
def test_an_answer_is_put_in_order_without_what_nobody_saw(answer: Json) -> None:
    shuffled = dict(reversed(answer.items())) | {"mood": "gay", "high_level_description": " Two\nlines. "}
    mended = ideogram4.mended(shuffled, sees=False)
    assert "mood" not in mended
    assert mended["high_level_description"] == "Two lines."
    assert "bbox" not in ideogram4.rendered(mended)
    if answer is CAPTION:
        assert ideogram4.faults(mended) == []
        assert "bbox" in ideogram4.rendered(ideogram4.mended(shuffled, sees=True))


def test_boxes_are_asked_only_of_a_model_that_sees() -> None:
    for sees in (False, True):
        assert ("bbox" in ideogram4.request(sees=sees)) == sees
        assert ("bbox" in json.dumps(ideogram4.schema(sees=sees))) == sees


def project_for(folder: Path, url: str, style: str, **settings: str) -> Project:
    chosen = {"Interpreter__floor": "draft", "Interpreter__repairs": "1", **settings}
    return Project(folder, url, Interpreter__style=style, Tags__trigger="mychar", **chosen)


def test_a_good_answer_is_written_byte_for_byte_as_the_trainer_wants_it(tmp_path: Path) -> None:
    answer = f"```json\n{json.dumps(SAID, indent=2)}\n```"
    with FakeEndpoint(answer=lambda body: answer) as endpoint:
        project = project_for(tmp_path, endpoint.url, "ideogram4", Dataset__target="imagefolder")
        project.add("a.png", TAGS)
        assert "to look at" not in project.run().out
        (request,) = endpoint.requests
        form = request.body["response_format"]["json_schema"]
        assert form["schema"]["required"] == ["high_level_description", "compositional_deconstruction"]
        assert "bbox" not in json.dumps(form)
        assert (project.captions / "a.txt").read_bytes() == LINE.encode()
        (row,) = (project.captions / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
        assert json.loads(row)["text"] == LINE
        page = (project.captions / "report.html").read_text(encoding="utf-8")
        assert '"faults":' not in page
        project.set["Dataset.existing"] = "refresh"
        project.run()
        assert len(endpoint.requests) == 1


def test_a_wrong_answer_is_asked_for_once_more_and_told_what_is_wrong(tmp_path: Path) -> None:
    wrong = deepcopy(SAID)
    del wrong["compositional_deconstruction"]["elements"][0]["desc"]  # type: ignore[index]
    wrong["high_level_description"] = "A girl with red hair smiles."
    answers = [json.dumps(wrong), json.dumps(SAID)]
    first = 1_000
    with FakeEndpoint(answer=lambda body: answers[len(body["messages"]) > first]) as endpoint:
        project = project_for(tmp_path, endpoint.url, "ideogram4")
        project.add("a.png", TAGS)
        project.run("--dry-run")
        first = len(endpoint.requests[-1].body["messages"])
        # The server knows no schema, and then is asked without one.
        endpoint.script(Status(400))
        project.run()
        told = endpoint.requests[-1].body["messages"][-1]["content"]
        assert "element 1 should have desc; " in told
        assert "red" in told
        assert "response_format" not in endpoint.requests[-1].body
        assert project.caption("a") == LINE


def test_where_no_answer_is_right_the_tags_alone_make_the_caption(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda body: json.dumps({"high_level_description": "A girl."})) as endpoint:
        project = project_for(tmp_path, endpoint.url, "ideogram4")
        project.add("a.png", TAGS)
        result = project.run()
        assert "a.png: the draft was better: the model's text is not right: the object" in result.out
        made = json.loads(project.caption("a"))
        assert ideogram4.faults(made) == []
        assert made["compositional_deconstruction"]["background"] == "A scene is shown outdoors."
        assert len(endpoint.requests) == 2
        project.set |= {"Interpreter.floor": "none", "Dataset.existing": "overwrite"}
        assert "a.png: the answer is not as asked for: the object should have" in project.run().out
        answers = iter(["A girl smiles under a tree.", "She does."])
        endpoint.answer_to = lambda body: next(answers)
        project.set |= {"Interpreter.floor": "draft", "Endpoint.retries": "1"}
        assert "the model's text is not right: the answer is no JSON object" in project.run().out
        assert json.loads(project.caption("a")) == made
        # Without a model the same is made.
        project.set |= {"Endpoint.url": "builtin"}
        project.run()
        assert json.loads(project.caption("a")) == made


def test_xml_is_made_of_the_tags_and_a_model_says_only_who_has_which(tmp_path: Path) -> None:
    answer = {
        "characters": [
            {"n": "rin", "gender": "1girl", "tags": ["short hair", "smile"]},
            {"n": "len", "gender": "1boy", "tags": ["hat", "smile", "green eyes"]},
        ]
    }
    with FakeEndpoint(answer=lambda body: json.dumps(answer)) as endpoint:
        project = project_for(tmp_path, endpoint.url, "newbie", Tags__hide="black hair")
        project.add("one.png", f"{TAGS}, black hair, artist:example artist")
        project.add("two.png", "1girl, 1boy, character:rin, character:len, short hair, hat, smile, indoors")
        project.run()
        # That green eyes are no tag was told once; after that what is right stands.
        assert len(endpoint.requests) == 2
        assert (
            endpoint.requests[1]
            .body["messages"][-1]["content"]
            .startswith("This is not right: green eyes is none of the tags.")
        )
        tags = endpoint.requests[0].body["response_format"]["json_schema"]["schema"]
        assert tags["properties"]["characters"]["items"]["properties"]["tags"]["items"]["enum"] == [
            "short hair",
            "hat",
            "smile",
        ]
    assert project.caption("one") == (
        "<character_1> <n>mychar, hatsune_miku</n> <gender>1girl</gender> <appearance>aqua_hair</appearance> "
        "<expression>smile</expression> </character_1> <general_tags> <count>1girl, solo</count> "
        "<artists>example_artist</artists> <background>outdoors</background> <objects>tree</objects> "
        "</general_tags>"
    )
    assert project.caption("two") == (
        "<character_1> <n>mychar, rin</n> <gender>1girl</gender> <appearance>short_hair</appearance> "
        "<expression>smile</expression> </character_1> <character_2> <n>len</n> <gender>1boy</gender> "
        "<clothing>hat</clothing> <expression>smile</expression> </character_2> <general_tags> "
        "<count>1girl, 1boy</count> <background>indoors</background> </general_tags>"
    )


def test_where_somebody_stands_is_asked_only_of_a_model_that_sees() -> None:
    task = TASKS["newbie"]
    people = [{"n": "rin", "gender": "1girl", "position": "center_left", "tags": ["smile"]}]
    people.append({"n": "len", "gender": "1boy", "position": "on the moon", "tags": []})
    categories = {"rin": "character", "len": "character"}
    for seen in (False, True):
        tags = ["1girl", "1boy", "rin", "len", "smile"]
        picture = PictureTags(
            tags, categories, frozenset(), lambda tag: (), HiddenTraits.of(()), {}, seen=seen
        )
        assert ('"position"' in task.request(picture)) == seen
        assert ('"position"' in json.dumps(task.schema(picture))) == seen
        caption, faults = task.read({"characters": people}, picture)
        assert not faults
        where = " <position>center_left</position>" if seen else ""
        assert f"<expression>smile</expression>{where} </character_1>" in caption
        assert "moon" not in caption


def test_variants_are_refused_where_a_style_makes_one_caption(tmp_path: Path) -> None:
    project = Project(tmp_path, Interpreter__style="newbie", Interpreter__variants="tags")
    project.add("a.png")
    assert "style = newbie makes one caption of a picture: leave " in project.run().err


@pytest.mark.parametrize(
    ("style", "edited", "told"),
    [
        ("ideogram4", LINE, ""),
        ("ideogram4", '{"high_level_description": "A girl."', "it is no JSON"),
        ("ideogram4", '{"high_level_description":"A girl."}', "the object should have compositional"),
        ("ideogram4", json.dumps(CAPTION), "it has spaces between its parts"),
        ("newbie", "<general_tags> <count>1girl</count> </general_tags>", ""),
        ("newbie", "<general_tags> <count>1girl</general_tags>", "</general_tags> closes what is not open"),
        ("newbie", "<general_tags> <count>1girl</count>", "<general_tags> is not closed"),
        ("newbie", "1girl, >_<", "<general_tags> is missing"),
    ],
)
def test_what_people_broke_is_told(style: str, edited: str, told: str) -> None:
    faults = STRUCTURES[style].faults_in(edited)
    assert faults[0].startswith(told) if told else not faults


def test_check_looks_at_captions_that_people_edited(tmp_path: Path) -> None:
    project = Project(tmp_path, Interpreter__style="ideogram4")
    for name in ("a.png", "b.png"):
        project.add(name, TAGS)
    project.run()
    assert "captions that are" not in project.run("--check").out
    (project.captions / "a.txt").write_text("A girl smiles.", encoding="utf-8")
    long = ideogram4.caption_of("A girl smiles. " * 600, "", [])
    (project.captions / "b.txt").write_text(long, encoding="utf-8")
    out = project.run("--check").out
    assert "captions that are not as ideogram4 wants them: 1 (a.png); it is no JSON" in out
    assert "captions that are longer than their encoder reads: 1 (b.png); it has about" in out
