"""Captions in the form of a base model: what stands in them, in which order, and what they cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from english import sentences
from errors import UserError
from styling.forms import Forms, joined, sentences_in
from styling.sections import section_of
from styling.style import Style, read_style
from styling.tag_line import Tagged, written
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.wiki_pages import WikiTag
from tests.program.project import Project
from tests.program.starts import ROOT
from tests.styling import example_page
from writing.subjects import subject_of

SEEN = "long_hair aqua_hair twintails smile outdoors cherry_blossoms from_below"
TAGS = f"1girl solo hatsune_miku vocaloid {SEEN} example_artist year_2024".split()
CATEGORIES = {"hatsune_miku": "character", "vocaloid": "copyright", "example_artist": "artist"}
SAID = "Hatsune Miku smiles under blooming cherry trees."
GENERAL = "long hair, aqua hair, twintails, smile, outdoors, cherry blossoms, from below"


def shipped(name: str) -> Style:
    return read_style(ROOT / "styles" / f"{name}.ini")


# The forms as the model cards, papers and guides that are named in the files have them.
@pytest.mark.parametrize(
    ("name", "caption"),
    [
        ("prose", SAID),
        ("chroma", SAID),
        ("tags", f"1girl, hatsune miku, vocaloid, solo, {GENERAL}"),
        (
            "anima",
            "year 2024, safe, 1girl, hatsune miku, vocaloid, @example artist, long hair, aqua hair, "
            f"twintails, solo, smile, from below, outdoors, cherry blossoms. {SAID}",
        ),
        ("illustrious", f"1girl, hatsune miku, general, solo, vocaloid, {GENERAL}, example artist, newest"),
        ("noobai", f"1girl, hatsune miku, vocaloid, example artist, newest, safe, solo, {GENERAL}"),
        ("pony7", f"{SAID} 1girl, hatsune miku, vocaloid, solo, {GENERAL}"),
        (
            "lumina2",
            "1girl, #hatsune miku, vocaloid, @example artist, long hair, aqua hair, twintails, hat, smile, "
            "solo, from below, outdoors, cherry blossoms",
        ),
    ],
)
def test_a_caption_has_the_form_that_the_base_model_knows(name: str, caption: str) -> None:
    style = shipped(name)
    worn = ["hat"] if name == "lumina2" else []
    tags = written(style, Tagged([*TAGS, *worn], CATEGORIES, "general"), "", subject_of)
    assert joined(style.form, {**tags, "sentences": SAID}) == caption


@pytest.mark.parametrize(
    ("tag", "category", "section"),
    [
        ("masterpiece", "general", "quality"),
        ("score_7", "meta", "quality"),
        ("source_anime", "general", "special"),
        ("highres", "meta", "meta"),
        ("watercolor_(medium)", "meta", "meta"),
        ("commentary_request", "meta", "origin"),
        ("2024", "meta", "year"),
        ("newest", "general", "year"),
        ("nsfw", "general", "safety"),
        ("no_humans", "general", "count"),
        ("6+girls", "general", "count"),
        ("2b", "character", "characters"),
        ("1984", "copyright", "series"),
        ("fox", "species", "general"),
        ("old_man", "general", "general"),
        ("signature", "general", "general"),
    ],
)
def test_each_tag_has_its_section(tag: str, category: str, section: str) -> None:
    assert section_of(tag, category) == section


@pytest.mark.parametrize(
    ("rating", "categories", "safety"),
    [
        ("g", {}, "safe"),
        ("s", {}, "sensitive"),
        ("s", {"fox": "species"}, "safe"),
        ("questionable", {}, "nsfw"),
        ("e", {}, "explicit"),
        ("unheard-of", {}, ""),
        (None, {}, ""),
    ],
)
def test_the_rating_is_said_in_the_word_of_the_style(
    rating: str | None, categories: dict[str, str], safety: str
) -> None:
    tags = written(shipped("anima"), Tagged(["fox"], categories, rating))["tags"]
    assert tags == (f"{safety}, fox" if safety else "fox")


@pytest.mark.parametrize(
    ("form", "parts", "caption"),
    [
        ("{tags}. {sentences}", {"tags": "1girl", "sentences": "A girl."}, "1girl. A girl."),
        ("{tags}. {sentences}", {"tags": "1girl"}, "1girl"),
        ("{tags}. {sentences}", {"sentences": "A girl."}, "A girl."),
        ("{tags}. {sentences}", {"tags": "mr. x!", "sentences": "He."}, "mr. x! He."),
        ("{sentences} {tags}", {"tags": "1girl", "sentences": "A girl"}, "A girl. 1girl"),
        ("{head}, {sentences} {tags}", {"head": "score_9", "tags": "1girl"}, "score_9, 1girl"),
        ("{head}, {sentences} {tags}", {"sentences": "A girl.", "tags": "1girl"}, "A girl. 1girl"),
        ("{tags}", {}, ""),
    ],
)
def test_parts_are_joined_without_what_is_empty(form: str, parts: dict[str, str], caption: str) -> None:
    assert joined(form, parts) == caption


@pytest.mark.parametrize(
    ("caption", "form", "sentences"),
    [
        ("mychar, 1girl, solo. A girl smiles.", "{tags}. {sentences}", "mychar A girl smiles."),
        ("1girl, edited, dr. slump. A girl smiles. So.", "{tags}. {sentences}", "A girl smiles. So."),
        ("A girl smiles. 1girl, solo", "{sentences} {tags}", "A girl smiles."),
        ("A girl smiles. So. 1girl, edited", "{sentences} {tags}", "A girl smiles. So."),
        ("1girl, solo", "{tags}", ""),
    ],
)
def test_sentences_are_told_from_tags_also_where_people_edited_them(
    caption: str, form: str, sentences: str
) -> None:
    assert sentences_in(caption, form, {"tags": "1girl, solo"}) == sentences


def test_variants_are_tags_and_sentences_each_in_the_form_of_the_style() -> None:
    forms = Forms(shipped("anima"), ("tags", "short", "long", "tags+short", "short+tags"))
    assert forms.written_by_model == ["short", "long"]
    wanted = ("{tags}", "{sentences}", "{sentences}", "{tags}. {sentences}", "{sentences} {tags}")
    assert tuple(map(forms.form_of, forms.names)) == wanted
    assert Forms(shipped("prose"), ("tags+short",)).form_of("tags+short") == "{tags}. {sentences}"
    # Only sentences that never stand alone may leave to the tags what these say.
    assert not forms.tells_in_tags("short")
    assert Forms(shipped("prose"), ("tags+short", "long")).tells_in_tags("short")
    assert Forms(shipped("prose"), ("tags",)).written_by_model == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[style]\nform = {tgas}\n[sections]\ntags = count",
            "{tgas} in form: there is no such thing; did you mean tags",
        ),
        (
            "[style]\nform = {tags}\n[sections]\ntags = cuont",
            "cuont in tags: there is no such thing; did you mean count",
        ),
        ("[style]\nfrom = {tags}", "from: there is no such thing; did you mean form"),
        ("[styles]\nform = {tags}", "[styles]: there is no such thing; did you mean style"),
        ("[style]\nform = a caption", "form should say how a caption is joined"),
        (
            "[style]\nform = {sentences}\nsentences = many",
            "sentences = many should be a number such as 2, or 2-4",
        ),
        ("[style]\nform = {sentences}\nspelling = CAPS", "spelling = CAPS should be spaces or underscores"),
        ("[style]\nform = {sentences}\nartist = by", "artist = by should hold {name}"),
        ("[style]\nform = {sentences}\n[safety]\nmild = safe", "mild in [safety]: there is no such thing"),
        ("[style]\nform = {sentences}\n[years]\nnew = 2024", "new = 2024 in [years] should be years such as"),
        ("[style]\nform = {sentences}\nprefix_by = kohya", "kohya: there is no such thing; there are txt"),
        (
            "[style]\nform = {tags}\n[sections]\ntags = all\n[configs]\nonetraner = x",
            "did you mean onetrainer",
        ),
        ("form = {tags}", "not in the form of an ini file"),
        ("\udcff", "not UTF-8 text"),
    ],
)
def test_a_style_that_cannot_be_used_says_what_is_wrong_in_it(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.ini"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError) as raised:
        read_style(path)
    assert told in str(raised.value)


def test_the_page_of_examples_is_what_the_program_writes() -> None:
    assert example_page.PAGE.read_text(encoding="utf-8") == example_page.page()


# Answers where 2 to 4 sentences are asked for, by a tag, each with the number of sentences that stay.
ANSWERS = {
    "lamp": ("A girl in a red dress smiles. A tree is near. So it is. It is so. It is fine. So.", 4),
    "boat": ("A girl smiles. She stands. She waits. So it is. Her dress is red. A tree is near.", 6),
    "coat": ("A girl in a red dress smiles by a tree.", 1),
    "sofa": ("A girl in a red dress smiles. A tree is behind her.", 2),
}


def test_sentences_beyond_those_of_the_style_go_where_nothing_is_lost_and_else_are_told(
    tmp_path: Path,
) -> None:
    def answer(body: dict[str, Any]) -> str:
        asked = body["messages"][-1]["content"]
        return next(text for tag, (text, _) in ANSWERS.items() if tag in asked)

    with FakeEndpoint(answer=answer) as endpoint:
        project = Project(tmp_path, endpoint.url, Interpreter__style="chroma", Interpreter__min_coverage="0")
        for tag in ANSWERS:
            project.add(f"{tag}.png", f"1girl, red dress, smile, tree, {tag}")
        out = project.run().out
        assert len(endpoint.requests) == len(ANSWERS)
    for tag, (text, count) in ANSWERS.items():
        assert project.caption(tag) == " ".join(sentences(text)[:count])
    assert "boat.png: it has 6 sentences, and the style asks for 2 to 4" in out
    assert "coat.png: it has 1 sentence, and the style asks for 2 to 4" in out
    assert out.count(", and the style asks for") == 2


def add_miku(project: Project) -> None:
    project.add(
        "a.png", "general, 1girl, solo, character:hatsune miku, artist:example artist, aqua hair, smile, tree"
    )


def test_tags_and_sentences_take_one_request_and_only_sentences_are_checked(tmp_path: Path) -> None:
    said = "Hatsune Miku smiles, a girl with aqua hair."
    with FakeEndpoint(answer=lambda body: said) as endpoint:
        project = Project(
            tmp_path,
            endpoint.url,
            Interpreter__style="anima",
            Interpreter__repairs="2",
            Interpreter__floor="draft",
            Interpreter__reading="auto",
            Tags__trigger="mychar",
            Tags__hide="tree",
        )
        add_miku(project)
        project.run()
        asked = [request.body["messages"][-1]["content"] for request in endpoint.requests]
        line = "safe, 1girl, mychar, hatsune miku, @example artist, aqua hair, solo, smile"
        assert project.caption("a") == f"{line}. {said}"
        assert "tree" not in asked[0]
        assert asked[0].endswith(
            "Write the caption in 2 to 4 sentences. Begin with the names of the characters, if "
            "they have any, and also describe each of them."
        )
        project.set["Tags.hide"] = ""
        project.set["Dataset.existing"] = "refresh"
        project.run()
        assert project.caption("a") == f"{line}, tree. {said}"
        project.run()
        assert len(endpoint.requests) == 2
        # Another style is another caption.
        project.set["Interpreter.style"] = "pony7"
        project.run()
        assert len(endpoint.requests) == 3
    assert '"faults": [' not in (tmp_path / "captions" / "report.html").read_text(encoding="utf-8")
    assert all(not line.get("faults") for line in project.journal())


@pytest.mark.parametrize("settings", [{"style": "noobai"}, {"variants": "tags"}])
def test_a_list_of_tags_needs_no_model(tmp_path: Path, settings: dict[str, str]) -> None:
    chosen = {f"Interpreter__{key}": value for key, value in settings.items()}
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, **chosen)
        add_miku(project)
        for arguments in (("--dry-run",), ("--check",), ()):
            result = project.run(*arguments)
            assert "lists of tags" in result.out
            assert "are drafts" not in result.out
        assert "Nothing to do" in project.run().out
        assert endpoint.requests == []
    assert project.caption("a").startswith("1girl, ")
    assert not project.journal()[0].get("draft")


def test_a_style_of_ones_own_stands_beside_config_ini(tmp_path: Path) -> None:
    project = Project(tmp_path, Interpreter__style="mine")
    add_miku(project)
    missing = "--set Interpreter.style=mine: should be anima, chroma, "
    assert missing in project.run().err
    (tmp_path / "styles").mkdir()
    text = "[style]\nform = {tags}\nspelling = underscores\n[sections]\ntags = characters, general"
    (tmp_path / "styles" / "mine.ini").write_text(text, encoding="utf-8")
    assert project.run().code == 0
    assert project.caption("a") == "hatsune_miku, solo, aqua_hair, smile, tree"


def test_a_data_set_that_mixes_forms_is_told(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(3):
        project.add(f"prose{number}.png", "1girl, solo, red hair, smile, standing, outdoors, tree")
    assert "mix forms" not in project.run().out
    for number in range(3):
        project.add(f"tags{number}.png", "1girl, solo, red hair, smile, standing, outdoors, tree")
    project.set["Interpreter.style"] = "tags"
    told = "The captions mix forms: 3 are sentences (prose0.png), 3 are lists of tags (tags0.png)."
    assert told in project.run().out
    assert told in project.run("--check").out
    project.set["Dataset.existing"] = "overwrite"
    assert "mix forms" not in project.run().out


def test_several_kinds_of_captions_share_the_sentences_of_one_request(tmp_path: Path) -> None:
    said = {
        "short": "Hatsune Miku smiles.",
        "long": "Hatsune Miku, a girl with aqua hair, smiles near a tree.",
    }
    with FakeEndpoint(answer=lambda body: json.dumps(said)) as endpoint:
        project = Project(
            tmp_path,
            endpoint.url,
            Interpreter__style="anima",
            Interpreter__variants="tags, short, long, tags+short, short+tags",
            Dataset__target="imagefolder",
        )
        add_miku(project)
        project.run()
        assert len(endpoint.requests) == 1
    tags = "safe, 1girl, hatsune miku, @example artist, aqua hair, solo, smile, tree"
    both = f"{tags}. {said['short']}", f"{said['short']} {tags}"
    lines = [tags, said["short"], said["long"], *both]
    assert project.caption("a").split("\n") == lines
    (row,) = (project.captions / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    names = ("text", "text_short", "text_long", "text_tags+short", "text_short+tags")
    assert json.loads(row) == {"file_name": "a.png", **dict(zip(names, lines, strict=True))}


def test_for_a_list_of_tags_the_wiki_tells_categories_and_no_model_is_asked(
    tmp_path: Path,
) -> None:
    page = "A knight of an old story. She is seldom drawn without her horse."
    tags = {
        "ann_of_nowhere": WikiTag("ann_of_nowhere", page, "character", post_count=900),
        "odd_lamp": WikiTag("odd_lamp", "A lamp that hangs. It is seldom lit.", "general", post_count=900),
    }
    with FakeEndpoint() as endpoint, FakeDanbooru(tags) as wiki:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.set |= {"Interpreter.style": "tags", "TagProvider.cache": str(project.cache)}
        project.add("a.png", "1girl, solo, odd lamp, ann of nowhere")
        project.run("--check")
        assert project.run().code == 0
        assert project.caption("a") == "1girl, ann of nowhere, solo, odd lamp"
        asked = len(wiki.asked)
        project.set["Dataset.existing"] = "overwrite"
        project.run()
        assert (len(wiki.asked), endpoint.requests) == (asked, [])
        # A model that writes sentences has to know what tags mean.
        project.set["Interpreter.style"] = "prose"
        project.run()
        assert len(wiki.asked) > asked
        prompts = [request.body["messages"][-1]["content"] for request in endpoint.requests]
        assert any("A knight of an old story" in prompt for prompt in prompts)
        assert json.loads(project.cache.read_text(encoding="utf-8"))["odd_lamp"]["by"] != "nobody yet"


def test_the_year_is_said_in_the_words_of_the_style_from_tags_or_from_a_site(tmp_path: Path) -> None:
    noobai = shipped("noobai")
    for tags, posted, said in (
        (["2012"], None, "early"),
        (["year_2019"], 2024, "recent"),
        (["newest"], 2012, "newest"),
        (["modern"], None, ""),
        ([], 2024, "newest"),
        ([], 2003, ""),
    ):
        line = written(noobai, Tagged([*tags, "smile"], {}, year=posted))["tags"]
        assert line == (f"{said}, smile" if said else "smile")
    tagged = Tagged(["newest", "2024", "smile"], {})
    assert written(shipped("anima"), tagged)["tags"] == "year 2024, newest, smile"
    project = Project(tmp_path, Interpreter__style="anima", Interpreter__variants="tags")
    project.add("a.png").with_suffix(".txt").unlink()
    post = {"tags": ["1girl", "smile"], "rating": "g", "created_at": "2021-03-05T14:45:14.000-05:00"}
    (project.images / "a.png.json").write_text(json.dumps(post), encoding="utf-8")
    project.run()
    assert project.caption("a") == "year 2021, safe, 1girl, smile"
