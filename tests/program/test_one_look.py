"""One look: the picture is sent along with its tags, and the answer goes through the same checks."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import pyvips

import config
from captioning.templates import sends_pictures
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from llm.listings import Model
from llm.prompts import Prompt
from settings import Settings
from tests.fakes.answers import Json
from tests.fakes.endpoint import FakeEndpoint, Fault, Reply, Request, Status
from tests.fakes.programs import Held, LlamaCpp, sends_picture
from tests.program.project import Project, png
from tests.program.starts import ROOT
from writing import PICTURE_VARIABLES

TAGS = "1girl, solo, red dress, {}"
GOOD = "A girl in a red dress stands alone to the left of a {}, in warm evening light."
SHORT = "interpreter_prompt_template_short.txt"
BLIND = "interpreter_prompt_template_short_no_description.txt"
VISION = "interpreter_prompt_template_vision.txt"
SENT = "Each picture is sent to the model along with its tags."
THINGS = ("bridge", "lantern", "bench", "boat", "fence")


def text_and_picture(request: Request) -> tuple[str, bytes | None]:
    """The text of the last message, and the picture that goes before it."""
    content = request.body["messages"][-1]["content"]
    if isinstance(content, str):
        return content, None
    picture, text = content
    return text["text"], base64.b64decode(picture["image_url"]["url"].partition(",")[2])


def about_pictures(requests: Sequence[Request]) -> list[Request]:
    """The requests without those that show a plain picture, to see whether the model sees."""
    return [each for each in requests if "What colour" not in json.dumps(each.body)]


def answer(body: Json) -> str:
    """A caption by the thing in the tags; of the boat it counts one girl too many at first."""
    asked = json.dumps(body["messages"])
    if "What colour" in asked:
        return "It is orange."
    if "This sentence is not right" in asked:
        return GOOD.format("boat")
    thing = next(each for each in THINGS if f"dress, {each}" in asked)
    return (GOOD if thing != "boat" else GOOD.replace("A girl", "Two girls")).format(thing)


def as_it_comes(folder: Path, url: str, **settings: str) -> Project:
    """A folder with config.ini as it comes, but for the address of the server."""
    project = Project(folder)
    (folder / "config.ini").write_text(config.default_ini(), encoding="utf-8")
    project.set = {"Endpoint.url": url, "TagProvider.skip": "True", "Endpoint.concurrency": "1"}
    project.set |= {key.replace("__", "."): value for key, value in settings.items()}
    return project


def pictures() -> dict[str, bytes]:
    """A picture for each of the things, among them a strip, an animated AVIF, and a JPEG without its end."""
    whole = pyvips.Image.black(300, 200, bands=3).copy(interpretation="srgb")
    jpeg: bytes = whole.jpegsave_buffer()
    avif: bytes = whole.heifsave_buffer(compression="av1")
    return {
        "bridge.png": whole.pngsave_buffer(),
        "lantern.jpg": whole.resize(10, vscale=0.2).jpegsave_buffer(),
        "bench.avif": avif.replace(b"ftypavif", b"ftypavis", 1),
        "boat.jpg": jpeg[:-2],
        "fence.png": whole.crop(0, 0, 5, 5).pngsave_buffer(),
    }


def test_the_picture_and_its_tags_make_one_request_that_is_checked(tmp_path: Path) -> None:
    with LlamaCpp(Held("seer.gguf", sees=True), answer=answer) as server:
        project = as_it_comes(tmp_path, server.url)
        for name, data in pictures().items():
            project.add(name, TAGS.format(name.partition(".")[0]), data)
        project.add("never.png", "child, nude, bridge")
        checked, dry = project.run("--check"), project.run("--dry-run")
        before = len(server.requests)
        result = project.run()
        asked = about_pictures(server.requests[before:])
        again = project.run("--set", "Dataset.existing=refresh")
        changed = project.images / "bridge.png"
        changed.write_bytes(pictures()["fence.png"])
        refreshed = project.run("--set", "Dataset.existing=refresh")
        asked_again = about_pictures(server.requests[before:])[len(asked) :]
    assert (result.code, SENT in result.out) == (0, True), result
    looks = [text_and_picture(each) for each in asked if len(each.body["messages"]) == 2]
    assert len(looks) == len(THINGS)
    assert len(asked) == len(THINGS) + 1, "the wrong number is mended by one more request"
    for text, picture in looks:
        assert "Tags: 1girl, solo, red dress, " in text
        assert "Draft: " in text
        assert picture is not None
        sent = pyvips.Image.new_from_buffer(picture, "")
        assert min(sent.width, sent.height) >= 28
    assert "nude" not in json.dumps([each.body for each in asked])
    assert project.caption("boat") == GOOD.format("boat")
    journal = {line["picture"]: line for line in project.journal()}
    assert journal["boat"]["repaired"] is True
    assert all(journal[thing]["sees"] is True and not journal[thing]["faults"] for thing in THINGS)
    assert '"sees":true' in (project.captions / "report.html").read_text(encoding="utf-8")
    assert "Nothing to do" in again.out or "5 there already" in again.out
    assert ("1 caption written" in refreshed.out, len(asked_again)) == (True, 1)
    assert "narrower than 28 pixels: 1 (fence.png)" in checked.out
    assert "[Interpreter] each picture is sent along with its tags" in checked.out
    assert "can see" in checked.out
    assert "--- Interpreter asks" in dry.out
    assert "the picture as image/" in dry.out


def test_what_a_caption_says_excludes_the_picture_for_later_runs_too(tmp_path: Path) -> None:
    with LlamaCpp(Held("seer.gguf", sees=True), answer=lambda body: "A nude child, orange.") as server:
        project = as_it_comes(tmp_path, server.url)
        project.add("a.png", "solo, garden")
        first, second = project.run(), project.run("--set", "Endpoint.url=builtin")
        asked = len(about_pictures(server.requests))
    assert (first.code, asked) == (0, 1), first
    assert "Excluded, and not captioned" in first.out
    assert "Excluded, and not captioned" in second.out
    assert not (project.captions / "a.txt").exists()


class Pretender(LlamaCpp):
    """Tells that its model sees, and drops the pictures or refuses them."""

    def __init__(self, *, refuses: bool) -> None:
        self._refuses = refuses
        super().__init__(Held("pretender.gguf", sees=True), answer=lambda body: GOOD.format("bridge"))

    def judge_chat(self, request: Request) -> Fault:
        said = json.dumps({"error": {"message": "image input is not supported - hint: provide the mmproj"}})
        return Status(500, said) if self._refuses and sends_picture(request) else Reply()


@pytest.mark.parametrize(
    ("refuses", "why"),
    [
        (False, "the server drops pictures without a word, so pretender.gguf sees none"),
        (True, "the model cannot see: write url and model of a vision model"),
    ],
)
def test_a_server_that_wrongly_tells_that_its_model_sees_is_asked_without_pictures(
    tmp_path: Path, refuses: bool, why: str
) -> None:
    with Pretender(refuses=refuses) as server:
        project = as_it_comes(tmp_path, server.url)
        project.add("a.png", TAGS.format("bridge"))
        project.add("b.png", TAGS.format("bridge"))
        checked, ran = project.run("--check"), project.run()
        insisted = project.run("--set", "Interpreter.sees=True", "--set", "Dataset.existing=overwrite")
    assert (checked.code, why in checked.out) == (0, True), checked
    assert "[Interpreter] each picture is sent along" not in checked.out
    assert (ran.code, SENT in ran.out) == (0, False), ran
    assert ran.out.count("The captions are made without the pictures, as with sees = False: ") == 1
    assert why in ran.out
    assert project.caption("a") == project.caption("b") == GOOD.format("bridge")
    assert not any(line.get("sees") for line in project.journal())
    assert (insisted.code, why in insisted.err) == (2, True), insisted


def test_refresh_describes_a_picture_anew_once_its_file_has_changed(tmp_path: Path) -> None:
    said = iter(["A bridge over a river.", "Two boats.", "A hill."])
    with FakeEndpoint(answer=lambda body: next(said)) as server:
        project = Project(tmp_path, server.url, Interrogator__skip="False", Interpreter__skip="True")
        for name in ("a", "b"):
            project.add(f"{name}.png", TAGS.format(name))
        assert project.run().code == 0
        project.add("a.png", TAGS.format("a"), png((10, 10, 10)))
        refresh = ("--set", "Dataset.existing=refresh")
        results = [project.run(*refresh), project.run(*refresh)]
        assert len(server.requests) == 3
    assert [result.code for result in results] == [0, 0]
    assert (project.descriptions / "a.txt").read_text(encoding="utf-8") == "A hill."


def settings_with(folder: Path, *chosen: str) -> Settings:
    path = folder / "config.ini"
    path.write_text("", encoding="utf-8")
    return config.load(path, chosen)


HERE, ELSEWHERE = "http://127.0.0.1:1234/v1", "https://models.example/v1"


@pytest.mark.parametrize(
    ("chosen", "url", "known", "is_sent"),
    [
        ((), HERE, True, True),
        ((), HERE, None, False),
        ((), HERE, False, False),
        ((), ELSEWHERE, True, False),
        (("Interrogator.skip=False",), HERE, True, False),
        ((f"Interpreter.prompt_template_file={BLIND}",), HERE, True, False),
        ((f"Interpreter.prompt_template_file={VISION}",), HERE, True, True),
        (("Interpreter.prompt_template_file=toriigate_prompt_template.txt",), HERE, True, True),
        (("Interpreter.prompt_template_file=toriigate_0.5_prompt_template.txt",), HERE, True, True),
        (("Interpreter.sees=True",), ELSEWHERE, None, True),
        (("Interpreter.sees=yes", "Interrogator.skip=False"), ELSEWHERE, None, True),
        (("Interpreter.sees=False",), HERE, True, False),
        (("Interpreter.sees=True", "Interpreter.skip=True"), HERE, True, False),
    ],
)
def test_pictures_are_sent_where_the_settings_and_the_server_say_so(
    tmp_path: Path, chosen: tuple[str, ...], url: str, known: bool | None, is_sent: bool
) -> None:
    settings = settings_with(tmp_path, *chosen)
    about = Model("some", sees=known)
    endpoint = Endpoint(settings.interpreter.endpoint, url, "some", Concurrency(1), about=about)
    assert sends_pictures(settings, endpoint) is is_sent
    assert not sends_pictures(settings, None)


def described(project: Project) -> None:
    project.descriptions.mkdir()
    (project.descriptions / "a.txt").write_text("A girl in front of a hill.", encoding="utf-8")


@pytest.mark.parametrize(
    ("template", "sees", "prepare", "told"),
    [
        (BLIND, "False", described, f"there are descriptions of 1 picture, but nothing in {BLIND} uses the"),
        (SHORT, "False", None, f"{SHORT} uses a description of each picture, but there are no descriptions"),
        (SHORT, "False", described, ""),
        (f"{SHORT}, {BLIND}", "False", described, ""),
        (BLIND, "True", None, f"each picture is sent, but {BLIND} says that the model cannot see it"),
        (VISION, "False", None, f"{VISION} is for a model that sees the picture, but no picture is sent"),
        (VISION, "True", None, ""),
        ("auto", "False", described, ""),
        ("auto", "True", None, ""),
    ],
)
def test_a_run_and_a_check_tell_where_a_template_does_not_fit(
    tmp_path: Path, template: str, sees: str, prepare: Callable[[Project], None] | None, told: str
) -> None:
    with FakeEndpoint(answer=lambda body: "orange, ready") as server:
        project = Project(tmp_path, server.url, Interpreter__prompt_template_file=template)
        project.set["Interpreter.sees"] = sees
        project.add("a.png")
        if prepare is not None:
            prepare(project)
        checked, ran = project.run("--check"), project.run()
        asked = [text_and_picture(each)[1] for each in server.requests]
    assert (told in checked.out, told.lower() in ran.out.lower()) == (True, True), (checked, ran)
    remedies = ["prompt_template_file = auto" in each.out for each in (checked, ran)]
    assert remedies == [bool(told)] * 2
    assert all((picture is not None) == (sees == "True") for picture in asked)


def test_a_comparison_shows_which_side_saw_the_pictures(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda body: "A girl smiles in orange light.") as server:
        project = Project(tmp_path)
        project.set.clear()
        project.add("a.png")
        for name, sees in (("config.ini", "False"), ("other.ini", "True")):
            text = f"[Endpoint]\nurl = {server.url}\nmodel = tiny\n[Interpreter]\nsees = {sees}\n"
            (tmp_path / name).write_text(text, encoding="utf-8")
        result = project.run("--compare", str(tmp_path / "other.ini"))
        shown = [text_and_picture(each)[1] is not None for each in about_pictures(server.requests)]
    assert result.code == 0, result
    assert shown == [False, True]
    assert re.search(r"^vision model +– +tiny$", result.out, re.MULTILINE), result.out


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        (
            "toriigate_prompt_template.txt",
            (
                "You need to write a medium-short and convenient caption for the picture. "
                "Here are grounding tags for better understanding: <tags>2girls, smile</tags>.",
                " Here is a list of characters that are present in the picture: "
                "<characters>rem, ram</characters>."
                " Here are popular tags or traits for each character on the picture: "
                "<character_traits>rem: [blue hair]\nram: [pink hair, maid]<character_traits>.",
                " Do not use names for characters.",
            ),
        ),
        (
            "toriigate_0.5_prompt_template.txt",
            (
                "# Captioning format:\n"
                "The caption for image should be quite short without long purple prose and slop. "
                "Cover main objects and details.\n\n"
                "# Booru tags for the image\n[2girls, smile]\n\n# Characters on picture:\n",
                "Here are names/tags for characters from the picture, make sure to use them: [rem, ram].\n\n"
                "Here are popular tags for each characters on picture:\n"
                "rem: [blue hair]\nram: [pink hair, maid]",
                "Avoid to guess names for characters.",
            ),
        ),
    ],
)
def test_the_templates_of_toriigate_have_the_forms_that_it_was_trained_on(
    template: str, texts: tuple[str, str, str]
) -> None:
    prompt = Prompt(ROOT / "templates" / template, PICTURE_VARIABLES)
    sheets = "- rem: blue hair\n- ram: pink hair, maid"
    nameless = {**dict.fromkeys(PICTURE_VARIABLES, ""), "tags": "2girls, smile"}
    named = {**nameless, "characters": "rem, ram", "character_sheets": sheets}
    for given, wanted in ((named, texts[:2]), (nameless, texts[::2])):
        system, asked = prompt.messages(given)
        assert (system.role, asked.role, asked.text) == ("system", "user", "".join(wanted))


def test_auto_takes_for_each_picture_the_template_that_fits(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda body: "A girl smiles in orange light.") as server:
        project = Project(tmp_path, server.url, Endpoint__concurrency="1")
        project.add("a.png")
        project.add("b.png", "1boy, hat")
        described(project)
        assert project.run().code == 0
        asked = sorted(server.requests, key=lambda each: "1boy" in text_and_picture(each)[0])
        first, second = (each.body["messages"] for each in asked)
        assert project.run("--set", "Interpreter.sees=True", "--set", "Dataset.existing=overwrite").code == 0
        asked = about_pictures(server.requests)[2:]
        asked.sort(key=lambda each: "1boy" in text_and_picture(each)[0])
        third = asked[0].body["messages"]
    systems = [messages[0]["content"] for messages in (first, second, third)]
    assert ["what another model saw" in each for each in systems] == [True, False, False]
    assert ["You see the picture" in each for each in systems] == [False, False, True]
    assert "What another model saw: A girl in front of a hill." in first[-1]["content"]
    assert "What another model saw: A girl in front of a hill." in third[-1]["content"][1]["text"]
