"""--check on broken set-ups: one line says what to do, and doing that fixes the set-up."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.checkup import LARGEST_SAMPLE, installed_libraries
from dataset.journal import DONE, FILE_NAME, INTERPRETER, Journal
from tests.fakes.answers import Json
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint, Reply, Status
from tests.fakes.llama_server import CONTEXT, SLOTS, LlamaServer
from tests.fakes.wiki_pages import TAGS
from tests.program.processes import on_a_terminal
from tests.program.project import Project, Result, png, state_of


def picture_in(body: Json) -> bool:
    return '"image_url"' in json.dumps(body)


def sees_orange(body: Json) -> str:
    return "It is plain orange." if picture_in(body) else "ready"


@pytest.fixture
def seeing() -> Iterator[FakeEndpoint]:
    """Serve a model that can name the colour of the picture it is shown."""
    with FakeEndpoint(answer=sees_orange, models=("small-vision",), sees=False) as endpoint:
        yield endpoint


def lines(result: Result, level: str) -> list[str]:
    """The findings of one level."""
    return [line[9:] for line in result.out.splitlines() if line.startswith(f"{level:<8} ")]


def only(result: Result, level: str) -> str:
    """The one finding of a level."""
    found = lines(result, level)
    assert len(found) == 1, result.out
    return found[0]


def test_a_good_set_up_is_all_ok_takes_one_request_per_stage_and_is_not_changed(
    tmp_path: Path, seeing: FakeEndpoint
) -> None:
    with FakeDanbooru(TAGS, accounts={"me": "key"}) as wiki:
        project = Project(
            tmp_path,
            url=seeing.url,
            Endpoint__model="auto",
            TagProvider__skip="False",
            TagProvider__wiki_url=wiki.url,
            TagProvider__wiki_login="me",
            TagProvider__wiki_api_key="key",
            Interrogator__skip="False",
            Interpreter__prompt_template_file="interpreter_prompt_template_short.txt",
        )
        project.add("a.png", "1girl, solo, hatsune miku")
        project.add("deep/b.png", "1girl, smile")
        before = state_of(tmp_path)
        result = project.run("--check")
        assert state_of(tmp_path) == before
        assert len(wiki.asked) == 1
    assert (result.code, lines(result, "warning"), lines(result, "problem")) == (0, [], [])
    # One for each stage, in the shape of its template.
    shapes = [[message["role"] for message in request.body["messages"]] for request in seeing.requests]
    turns = ["user", "assistant"]
    assert shapes == [["system", *turns, "user"], ["system", "user"], ["system", *turns, *turns, "user"]]
    assert all(len(json.dumps(request.body)) < 3000 for request in seeing.requests)
    found = iter(lines(result, "ok"))
    for words in (
        "Python 3.",
        "libraries: aiohttp ",
        "config.ini can be used",
        "[TagProvider] template tag_provider_prompt_template.txt uses pages",
        "[Interrogator] template interrogator_prompt_template.txt uses",
        "[Interpreter] template interpreter_prompt_template_short.txt uses character",
        "2 pictures, 2 tag files",
        "all pictures can be read",
        "tags per picture: 2 to 3, median 2.5; 4 different tags",
        "tags_cache.json knows 0 of 4 tags; 4 to look up",
        "the wiki danbooru answers, and accepts the login me",
        f"[TagProvider] {seeing.url} answers in",
        f"[Interrogator] {seeing.url} answers in",
        "[Interrogator] the model small-vision can see",
        "the server does not report its context length; the longest prompt has about",
        f"[Interpreter] {seeing.url} answers in",
        "pictures with a caption: 0 of 2",
        "pictures with a description: 0 of 2",
    ):
        assert any(words in line for line in found), f"{words}\n{result.out}"
    assert result.out.splitlines()[-1] == "no problems, no warnings: a run would work. Nothing was changed."
    assert "\x1b" not in result.out


def test_no_server_at_the_address_is_fixed_by_starting_one(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__model="auto")
        project.add("a.png")
        endpoint.stop()
        result = project.run("--check")
        assert result.code == 2
        assert only(result, "problem") == (
            f"[Interpreter] nothing answers at {endpoint.url}: start the server, or correct url in config.ini"
        )
        endpoint.start_again()
        result = project.run("--check")
    assert (result.code, lines(result, "problem")) == (0, [])


def test_a_wrong_model_is_fixed_by_the_name_in_the_line(tmp_path: Path) -> None:
    with FakeEndpoint(models=("qwen-8b", "text-embedding"), knows_only_listed=True) as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__model="qwen-7b")
        project.add("a.png")
        result = project.run("--check")
        assert result.code == 2
        found = only(result, "problem")
        assert found.startswith(f"[Interpreter] {endpoint.url} has no model qwen-7b: write model = ")
        written = re.search(r"write model = ([^;]+);", found)
        assert written
        project.set["Endpoint.model"] = written[1]
        result = project.run("--check")
    assert (result.code, lines(result, "problem"), lines(result, "warning")) == (0, [], [])


def test_a_text_model_for_pictures_is_fixed_by_a_vision_model(
    tmp_path: Path, llama: LlamaServer, seeing: FakeEndpoint
) -> None:
    project = Project(
        tmp_path,
        url=llama.url,
        Interrogator__skip="False",
        Interpreter__prompt_template_file="interpreter_prompt_template_short.txt",
    )
    project.add("a.png")
    result = project.run("--check")
    assert result.code == 2
    assert only(result, "problem") == (
        f"[Interrogator] the model tiny at {llama.url} cannot see pictures: write url and model of a vision "
        "model under [Interrogator], or skip = True"
    )
    assert any(f"context of {CONTEXT // SLOTS:,} tokens" in line for line in lines(result, "ok"))
    assert any(f"the server works on {SLOTS} requests at once" in line for line in lines(result, "ok"))
    project.set |= {"Interrogator.url": seeing.url, "Interrogator.model": "small-vision"}
    result = project.run("--check")
    assert (result.code, lines(result, "problem"), lines(result, "warning")) == (0, [], [])
    assert any("the model small-vision can see" in line for line in lines(result, "ok"))


def test_a_server_that_refuses_pictures_is_found_by_sending_one(
    tmp_path: Path,
) -> None:
    with FakeEndpoint(sees=False) as endpoint:
        endpoint.script(Status(500, '{"error": {"message": "image input is not supported"}}'))
        project = Project(tmp_path, url=endpoint.url, Interrogator__skip="False", Endpoint__model="auto")
        project.add("a.png")
        result = project.run("--check")
    assert result.code == 2
    assert "write url and model of a vision model" in only(result, "problem")


def test_a_model_that_does_not_name_the_colour_is_a_warning(
    tmp_path: Path, llama_vision: LlamaServer
) -> None:
    project = Project(
        tmp_path,
        url=llama_vision.url,
        Endpoint__api_key=llama_vision.api_key,
        Interrogator__skip="False",
        Interpreter__prompt_template_file="interpreter_prompt_template_short.txt",
    )
    project.add("a.png")
    result = project.run("--check")
    assert result.code == 0
    assert "asked for the colour of a plain orange picture, tiny answers: " in only(result, "warning")


def test_a_wrong_key_is_fixed_by_the_right_one(tmp_path: Path, llama_vision: LlamaServer) -> None:
    project = Project(tmp_path, url=llama_vision.url)
    project.set["Endpoint.api_key"] = "wrong"
    project.add("a.png")
    result = project.run("--check")
    assert result.code == 2
    assert only(result, "problem").endswith("put the right api_key in config.ini or TAGSCRIBE_API_KEY")
    project.set["Endpoint.api_key"] = llama_vision.api_key
    assert project.run("--check").code == 0


def test_pictures_without_tags_are_fixed_by_the_tag_files_that_the_line_describes(tmp_path: Path) -> None:
    project = Project(tmp_path)
    picture = project.add("a.png")
    picture.with_suffix(".txt").unlink()
    result = project.run("--check")
    assert result.code == 2
    found = only(result, "problem")
    assert found == (
        "1 picture, but no tag file: without tags nobody can judge whether a picture may be sent: tag it "
        "with TagGUI or the WD tagger of sd-scripts or OneTrainer, or by hand in NAME.txt beside it, with "
        "commas between the tags"
    )
    picture.with_suffix(".txt").write_text("1girl, solo", encoding="utf-8")
    result = project.run("--check")
    assert (result.code, lines(result, "problem"), lines(result, "warning")) == (0, [], [])


def test_a_folder_without_pictures_is_fixed_by_adding_some(tmp_path: Path) -> None:
    project = Project(tmp_path)
    result = project.run("--check")
    assert result.code == 2
    assert "there are no pictures in" in only(result, "problem")
    assert "put some there with their tag files" in only(result, "problem")
    project.add("a.png")
    assert project.run("--check").code == 0


@pytest.mark.parametrize("remedy", ["Interrogator.skip=False", "the other template"])
def test_a_template_that_uses_descriptions_without_there_being_any_is_fixed_either_way(
    tmp_path: Path, seeing: FakeEndpoint, remedy: str
) -> None:
    project = Project(tmp_path, url=seeing.url, Endpoint__model="auto")
    project.set["Interpreter.prompt_template_file"] = "interpreter_prompt_template.txt"
    project.add("a.png")
    result = project.run("--check")
    found = only(result, "warning")
    assert "uses a description of each picture, but there are no descriptions" in found
    if remedy == "the other template":
        assert "write prompt_template_file = auto under [Interpreter]" in found
        project.set["Interpreter.prompt_template_file"] = "auto"
    else:
        assert "or skip = False under [Interrogator]" in found
        project.set["Interrogator.skip"] = "False"
    result = project.run("--check")
    assert (result.code, lines(result, "warning")) == (0, [])


def test_a_template_that_is_the_same_for_every_picture_is_refused(
    tmp_path: Path, seeing: FakeEndpoint
) -> None:
    project = Project(tmp_path, url=seeing.url, Endpoint__model="auto", Interrogator__skip="False")
    template = tmp_path / "alike.txt"
    template.write_text("Write a caption of <tags>.", encoding="utf-8")
    project.set |= {
        f"{stage}.prompt_template_file": str(template) for stage in ("Interrogator", "Interpreter")
    }
    project.add("a.png")
    result = project.run("--check")
    assert "ok       [Interrogator] template alike.txt uses no variable" in result.out
    said = (
        f"the template {template} uses no variable, so each prompt would be the same: write {{{{ tags }}}} "
        "or {{ tag_descriptions }} into it; <tags> is of an older script: see python caption.py --import-old"
    )
    assert only(result, "problem") == said
    run = project.run()
    assert (run.code, run.err) == (2, f"caption.py: {said}\n")
    # Where each picture is sent along, the prompt of each is another one.
    project.set["Interpreter.sees"] = "True"
    assert lines(project.run("--check"), "problem") == []
    assert project.run().code == 0


def test_unused_descriptions_are_fixed_by_the_template_in_the_line(
    tmp_path: Path, seeing: FakeEndpoint
) -> None:
    project = Project(tmp_path, url=seeing.url, Endpoint__model="auto", Interrogator__skip="False")
    named = "interpreter_prompt_template_short_no_description.txt"
    project.set["Interpreter.prompt_template_file"] = named
    project.add("a.png")
    found = only(project.run("--check"), "warning")
    assert f"the Interrogator describes the pictures, but nothing in {named} uses the descriptions" in found
    assert "write prompt_template_file = auto under [Interpreter]" in found
    project.set["Interpreter.prompt_template_file"] = "auto"
    assert lines(project.run("--check"), "warning") == []


def test_a_template_with_an_unknown_name_is_fixed_by_the_name_in_the_line(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    template = tmp_path / "mine.txt"
    template.write_text("Describe {{ tag }}.", encoding="utf-8")
    project.set["Interpreter.prompt_template_file"] = str(template)
    result = project.run("--check")
    assert result.code == 2
    assert "there is nothing called tag to fill in; did you mean tags?" in only(result, "problem")
    template.write_text("Describe {{ tags }}.", encoding="utf-8")
    result = project.run("--check")
    assert (result.code, lines(result, "problem")) == (0, [])


def test_servers_are_checked_even_if_the_template_of_one_stage_is_broken(
    tmp_path: Path, seeing: FakeEndpoint
) -> None:
    project = Project(tmp_path, url=seeing.url, Endpoint__model="auto", Interrogator__skip="False")
    project.set["Interrogator.prompt_template_file"] = "missing.txt"
    project.add("a.png")
    result = project.run("--check")
    assert result.code == 2
    assert "missing.txt does not exist: correct prompt_template_file" in only(result, "problem")
    assert any("[Interpreter] " in line and "answers in" in line for line in lines(result, "ok"))


def test_a_wiki_that_cannot_be_reached_is_a_warning(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(tmp_path, url=endpoint.url, Endpoint__model="auto", TagProvider__skip="False")
        project.set["TagProvider.wiki_url"] = "http://127.0.0.1:9"
        project.add("a.png")
        result = project.run("--check")
        assert result.code == 0
        assert "127.0.0.1 cannot be reached" in only(result, "warning")
        assert "check the network and wiki_url, or read a dump (source = FILE)" in only(result, "warning")
        project.set["TagProvider.wiki_url"] = wiki.url
        assert lines(project.run("--check"), "warning") == []


def test_without_a_model_the_wiki_is_not_asked(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.add("a.png", "hat")
        project.run("--check", "--set", "Endpoint.url=builtin")
        assert len(wiki.asked) == 0


def test_a_wrong_login_of_the_wiki_is_a_warning(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS, accounts={"me": "key"}) as wiki:
        project = Project(tmp_path, url=endpoint.url, Endpoint__model="auto", TagProvider__skip="False")
        project.set |= {"TagProvider.wiki_url": wiki.url, "TagProvider.wiki_login": "me"}
        project.set["TagProvider.wiki_api_key"] = "old-key"
        project.add("a.png")
        result = project.run("--check")
    assert "correct wiki_login and wiki_api_key" in only(result, "warning")
    assert "old-key" not in result.out


def test_every_mistake_in_the_settings_is_a_line(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "config.ini").write_text("[Endpont]\n[Endpoint]\nretries = many\n", encoding="utf-8")
    result = project.run("--check")
    assert result.code == 2
    assert len(lines(result, "problem")) == 2
    assert "did you mean Endpoint?" in lines(result, "problem")[0]
    assert result.err == ""


def test_faults_of_a_data_set_are_listed_by_kind_with_names(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(5):
        project.add(f"broken{number}.png", picture=b"no picture")
    project.add("turned.jpg", picture=jpeg_on_its_side())
    project.add("said.png", "A girl stands in the rain and smiles at the viewer. She wears a long red coat.")
    project.add("twice.png")
    project.add("twice.jpg")
    project.add("kept.png", "1girl, loli, nude")
    project.add("alone.png").with_suffix(".txt").unlink()
    (project.images / "orphan.txt").write_text("1girl, solo", encoding="utf-8")
    cache = {"smile": {"description": "", "by": "no such tag", "fetched": "2020-01-01"}}
    project.cache.write_text(json.dumps(cache), encoding="utf-8")
    result = project.run("--check")
    assert result.code == 0
    warnings = "\n".join(lines(result, "warning"))
    for words in (
        "same name twice: 2 (twice.jpg, twice.png)",
        "no tag file: 1 (alone.png)",
        "tag file without picture: 1 (orphan.txt)",
        "not a picture: 5 (broken0.png, broken1.png, broken2.png, 2 more)",
        "narrower than 28 pixels: 1 (turned.jpg)",
        "tag file is sentences: 1 (said.png)",
        "unknown to the wiki: 1 (smile)",
    ):
        assert words in warnings, result.out
    fine = "\n".join(lines(result, "ok"))
    assert "stored rotated, sent upright: 1 (turned.jpg)" in fine
    assert "excluded by their tags: 1 (kept.png)" in fine


def jpeg_on_its_side() -> bytes:
    """A JPEG whose EXIF says that it is to be turned."""
    import pyvips

    picture = pyvips.Image.black(24, 24, bands=3).copy(interpretation="srgb")
    picture.set_type(pyvips.GValue.gint_type, "orientation", 6)
    data: bytes = picture.jpegsave_buffer()
    return data


def test_existing_captions_are_counted_by_origin(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__model="auto", Endpoint__concurrency="1")
        for name in ("a", "b", "c", "d"):
            project.add(f"{name}.png", f"1girl, {name}_dress")
        refusal = Reply("I'm sorry, but I can't help with that.")
        endpoint.script(Reply("A girl in a dress."), Reply("A girl in a coat."), *[refusal] * 10)
        project.run("--set", "Endpoint.retries=0", "--set", "Interpreter.repairs=0", "--limit", "3")
        project.run("--set", "Endpoint.url=builtin", "--limit", "1")
        (project.captions / "b.txt").write_text("My own words.", encoding="utf-8")
        project.add("a.png", "1girl, another dress")
        result = project.run("--check")
    assert result.code == 0
    assert "pictures with a caption: 3 of 4; 1 draft, 1 edited by hand" in result.out
    warnings = "\n".join(lines(result, "warning"))
    outdated = "1 caption, written with another prompt, model or tags"
    assert f"{outdated}: write [Dataset] existing = refresh" in warnings
    assert re.search(r"drafts, which the next run has \S+ write anew: 1\n", result.out)


def test_what_refresh_would_write_again_is_counted_without_a_model_too(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path)
        for name in ("a", "b", "c", "d"):
            project.add(f"{name}.png", f"1girl, solo, {name} dress")
        project.run("--set", f"Endpoint.url={endpoint.url}", "--limit", "1")
    project.run()
    (project.captions / "d.txt").write_text("My own words.", encoding="utf-8")
    project.add("b.png", "1girl, solo, sitting")
    project.add("d.png", "1girl, solo, sitting")
    would = "2 captions, written with another prompt, model or tags: "
    keep = project.run("--check")
    assert f"{would}[Dataset] existing = refresh would write them again, without a model" in keep.out
    assert lines(keep, "warning") == []
    project.set["Dataset.existing"] = "refresh"
    assert f"{would}the next run writes them again, without a model" in project.run("--check").out
    assert "Interpreter: 2 captions written; 2 there already" in project.run().out
    assert "no caption was written with another prompt, model or tags" in project.run("--check").out


def test_a_caption_of_an_excluded_picture_is_fixed_by_deleting_it(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    project.add("out.png", "1girl, loli, nude")
    project.captions.mkdir()
    (project.captions / "out.txt").write_text("A caption.", encoding="utf-8")
    found = only(project.run("--check"), "warning")
    place = project.captions / "out.txt"
    assert found == f"captions of excluded pictures: 1 ({place}): delete them, or trainers will read them"
    (project.captions / "out.txt").unlink()
    assert lines(project.run("--check"), "warning") == []


def test_a_terminal_gets_colours_unless_no_color_is_set(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")

    assert "\x1b[32mok" in on_a_terminal(project, "out", "--check")[1]
    assert "\x1b" not in on_a_terminal(project, "out", "--check", NO_COLOR="1")[1]


def test_an_old_or_missing_library_is_a_problem_with_the_command_that_installs_it(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "tqdm>=4.66\npyvips[binary]>=9999\nno-such-library-there>=1.0\n", encoding="utf-8"
    )
    found = [str(finding) for finding in installed_libraries(requirements) if finding.level == "problem"]
    assert found[0].endswith("is older than 9999: pip install -r requirements.txt --upgrade")
    assert found[1] == "the library no-such-library-there is not installed: pip install -r requirements.txt"


@pytest.mark.parametrize(("context", "level"), [(100, "problem"), (100_000, "ok")])
def test_a_context_that_is_too_short_for_the_longest_prompt_is_a_problem(
    tmp_path: Path, context: int, level: str
) -> None:
    listing = {"object": "list", "data": [{"id": "m", "object": "model", "max_model_len": context}]}
    with FakeEndpoint(models=Status(200, json.dumps(listing))) as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__model="auto")
        project.add("a.png", picture=png())
        result = project.run("--check")
    found = [line for line in lines(result, level) if "context of" in line]
    assert len(found) == 1, result.out
    assert ("load the model with a longer context: " in found[0]) == (level == "problem")


# Notes each file that is opened below the two folders in LOOKED_AT.
_WATCHER = """
import os, sys

seen = os.open(os.environ["SEEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
folders = tuple(os.environ["LOOKED_AT"].split(os.pathsep))

def note(event, told):
    if event == "open" and isinstance(told[0], (str, bytes, os.PathLike)):
        name = os.fsdecode(told[0])
        if name.startswith(folders):
            os.write(seen, os.fsencode(os.path.relpath(name, os.path.dirname(folders[0])) + chr(10)))

sys.addaudithook(note)
"""


def test_of_a_large_data_set_only_the_files_of_a_sample_are_opened(tmp_path: Path) -> None:
    count = 2 * LARGEST_SAMPLE + 1
    with FakeEndpoint(models=("tiny",)) as endpoint:
        sheets = tmp_path / "template.txt"
        sheets.write_text(
            "Describe {{ tags }} {{ tag_descriptions }} {{ character_sheets }}", encoding="utf-8"
        )
        project = Project(
            tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=endpoint.url
        )
        project.set["Interpreter.prompt_template_file"] = str(sheets)
        project.captions.mkdir()
        journal = Journal(project.captions / FILE_NAME, "now")
        picture, caption = tmp_path / "one.png", tmp_path / "one.txt"
        picture.write_bytes(png())
        caption.write_text("A girl.")
        for number in range(count):
            os.link(picture, project.images / f"{number:05}.png")
            os.link(caption, project.captions / f"{number:05}.txt")
            (project.images / f"{number:05}.txt").write_text(f"1girl, solo, hatsune miku, tag {number}")
            journal.add(INTERPRETER, f"{number:05}", DONE, "A girl.", model="tiny", prompt="p", draft=False)
        journal.close()
        seen = tmp_path / "seen.txt"
        looked_at = os.pathsep.join(map(str, (project.images, project.captions)))
        result = project.run(
            "--check",
            environment={"SEEN": str(seen), "LOOKED_AT": looked_at},
            watcher=_WATCHER,
        )
    assert result.code == 0, result
    opened = Counter(Path(line).suffix for line in set(seen.read_text(encoding="utf-8").splitlines()))
    in_sample = -(-count // 3)
    assert opened.pop(".jsonl") == 1
    assert opened == {".png": in_sample, ".txt": 2 * in_sample}
    assert f"a sample: {in_sample:,} pictures" in result.out
    assert f"{in_sample + 3:,} tags in the sample" in result.out
    assert f"0 of a sample of {in_sample:,} edited by hand" in result.out
    assert (
        f"in the sample, 0 captions of {in_sample:,} would be written with the same prompt now" in result.out
    )


def test_what_is_wrong_with_several_stages_is_told_once(tmp_path: Path) -> None:
    project = Project(
        tmp_path, "http://127.0.0.1:9/v1", TagProvider__skip="False", Interrogator__skip="False"
    )
    project.set["TagProvider.source"] = "gone.csv"
    project.add("a.png")
    result = project.run("--check")
    about_servers = [line for line in lines(result, "problem") if "nothing answers" in line]
    assert about_servers == [
        "[TagProvider, Interrogator, Interpreter] nothing answers at http://127.0.0.1:9/v1: start the "
        "server, or correct url in config.ini"
    ]
