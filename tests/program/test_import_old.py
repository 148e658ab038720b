"""--import-old: the folder of tag-based-image-captioning, an older script, becomes one of Tagscribe."""

from __future__ import annotations

import configparser
import json
from pathlib import Path

from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project, png, state_of
from tests.program.starts import run_to_end

OLD_CONFIG = """\
[Interrogator]
target_directory = "interrogations"
prompt_template_file = "look.txt"
skip = true

[Interpreter]
target_directory = "captions"
prompt_template_file = "write.txt"
skip = false

[TagProvider]
min_post_count = 100
prompt_template_file = "tag_prompt_template.txt"
cache_file = "tag_cache.json"
include_tags_without_wiki = false
skip = false

[Client]
model = "some-model"   # a comment
url = "http://localhost:5000/v1"
temperature = 0.2
top_p = 0.95
max_tokens = 1000
stop_sequence = ["###", "\\n\\n"]
api_key = 'a secret'
"""


def older(folder: Path) -> Path:
    """The folder of the older script, with two pictures of which one has a caption and a description."""
    for name in ("images", "captions", "interrogations"):
        (folder / name).mkdir(parents=True)
    for name in ("a", "b"):
        (folder / "images" / f"{name}.png").write_bytes(png())
        (folder / "images" / f"{name}.txt").write_text("1girl,long hair,flat cap", encoding="utf-8")
    texts = {
        "config.ini": OLD_CONFIG,
        "look.txt": "Describe.",
        "write.txt": "{# Rules #}\n### Wiki\n<tag_descriptions>\n### Tags:\n<tags>\nSeen: <description>",
        "captions/a.caption": "A caption of long ago.",
        "interrogations/b.description.txt": "A girl who wears a cap.",
        "tag_cache.json": json.dumps({"_default": {"1": {"name": "flat_cap", "description": "A low cap."}}}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_what_was_made_with_the_older_script_is_taken_over_and_nothing_of_it_is_changed(
    tmp_path: Path,
) -> None:
    old = older(tmp_path / "older")
    before = state_of(old)
    code, out, err = run_to_end(["--import-old", str(old)], tmp_path)
    assert (code, err) == (0, ""), err
    home = old / "tagscribe"
    assert {
        name: state for name, state in state_of(old).items() if not name.startswith("tagscribe")
    } == before
    new = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    new.read(home / "config.ini", encoding="utf-8")
    assert dict(new["Endpoint"]) | {
        "url": "http://localhost:5000/v1",
        "model": "some-model",
        "temperature": "0.2",
        "top_p": "0.95",
        "max_tokens": "1000",
        "stop": "###",
        "api_key": "",
    } == dict(new["Endpoint"])
    assert new["TagProvider"]["min_post_count"] == "100"
    for said in ("flat_cap", "A low cap."):
        assert said in (home / "tags_cache.json").read_text(encoding="utf-8")
    for said in ("TAGSCRIBE_API_KEY", "Copied from", "<tags> is now {{ tags }}", "--check"):
        assert said in out
    assert "a secret" not in (home / "config.ini").read_text(encoding="utf-8") + out
    again = run_to_end(["--import-old", str(old)], tmp_path)
    assert again[0] == 2 and "is there already" in again[2]


def test_a_run_goes_on_from_the_captions_and_descriptions_of_the_older_script(tmp_path: Path) -> None:
    old = older(tmp_path / "older")
    run_to_end(["--import-old", str(old)], tmp_path)
    with FakeEndpoint() as endpoint:
        chosen = {"Endpoint.url": endpoint.url, "Endpoint.model": "tiny", "TagProvider.skip": "True"}
        words = [part for key, value in chosen.items() for part in ("--set", f"{key}={value}")]
        code, out, err = run_to_end(["--config", str(old / "tagscribe" / "config.ini"), *words], tmp_path)
        assert code == 0, out + err
        prompt = endpoint.requests[0].body["messages"][-1]["content"]
    assert prompt.startswith("{# Rules #}\n### Wiki\n")
    assert "### Tags:\n1girl, long hair, flat cap\nSeen: A girl who wears a cap." in prompt
    assert (old / "captions" / "a.caption").read_text(encoding="utf-8") == "A caption of long ago."
    assert (old / "captions" / "b.caption").is_file()


def test_the_older_config_itself_is_refused_with_the_new_names_and_the_command(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (project.folder / "config.ini").write_text(OLD_CONFIG, encoding="utf-8")
    result = project.run()
    assert result.code == 2
    for said in (
        "this is a config.ini of tag-based-image-captioning: python caption.py --import-old FOLDER makes one",
        "[Client] model is now [Endpoint] model",
        "[Client] stop_sequence is now [Endpoint] stop",
        "[Interpreter] target_directory is now [Dataset] captions",
        "[Interrogator] target_directory is now [Dataset] descriptions",
        "[TagProvider] cache_file is now [TagProvider] cache",
    ):
        assert said in result.err
    assert "there is no such" not in result.err and "a secret" not in result.err


def test_a_folder_that_is_not_of_the_older_script_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "images"):
        folder.mkdir(exist_ok=True)
    assert (
        "name the folder of tag-based-image-captioning" in run_to_end(["--import-old", "images"], tmp_path)[2]
    )
    Project(tmp_path)
    assert "is not of tag-based-image-captioning" in run_to_end(["--import-old", str(tmp_path)], tmp_path)[2]


def test_arguments_of_the_older_script_are_refused_with_what_to_do_now(tmp_path: Path) -> None:
    for words, said in (
        (["-id", "x"], "write images = FOLDER under [Dataset]"),
        (["--tags_dir=x"], "copy the tag files beside their pictures"),
        (["-s", "png"], "leave it out"),
    ):
        code, _, err = run_to_end(words, tmp_path)
        assert code == 2 and said in err


def test_captions_and_a_cache_of_the_older_script_in_their_old_places_are_named(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    project.captions.mkdir()
    (project.captions / "a.caption").write_text("A caption of long ago.", encoding="utf-8")
    (tmp_path / "tag_cache.json").write_text("{}", encoding="utf-8")
    out = project.run("--check").out
    assert "1 text ending in .caption: write caption_extension = .caption under [Dataset]" in out
    assert f"python caption.py --merge-cache {tmp_path / 'tag_cache.json'} takes it over" in out
