"""Tag files as taggers, trainers, boorus and people leave them, and broken ones."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.pictures import TagList
from dataset.tag_parsing import LARGEST_FILE, read_tags, tag_bytes, text_of_tag_file
from errors import ItemError
from tests.cases import in_one_test


def read(name: str, content: str | bytes) -> TagList:
    """The tags in a file of this name and content."""
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    return read_tags(text_of_tag_file(data), name)


def reason_of(name: str, content: str | bytes) -> str:
    """The reason for which a bad tag file is refused."""
    with pytest.raises(ItemError) as refused:
        read(name, content)
    assert str(refused.value) != refused.value.reason
    return refused.value.reason


@in_one_test(
    ("name", "content", "tags"),
    [
        ("a.txt", "1girl, long hair, Smile", ("1girl", "long_hair", "smile")),
        ("a.txt", "1girl\nlong_hair\nsmile\n", ("1girl", "long_hair", "smile")),
        ("a.txt", "1girl long_hair smile", ("1girl", "long_hair", "smile")),
        ("a.caption", "1girl, solo", ("1girl", "solo")),
        ("a.tags", "1girl, solo", ("1girl", "solo")),
        ("a.anything", "1girl, solo", ("1girl", "solo")),
        ("a.TXT", "1girl, solo", ("1girl", "solo")),
        ("a.txt", "smile, long hair, long_hair, (smile:1.2), hat", ("smile", "long_hair", "hat")),
        ("a.csv", "1girl,solo,long hair", ("1girl", "solo", "long_hair")),
        ("a.csv", '"1girl","long hair"\n', ("1girl", "long_hair")),
        ("a.csv", "1girl\nlong hair\n", ("1girl", "long_hair")),
        ("a.csv", "1girl,0.98\nsteins;gate,.5\nlong hair,1\n", ("1girl", "steins;gate", "long_hair")),
        ("a.csv", "tag,score\n1girl,98%\nsolo, 3e-2\n", ("1girl", "solo")),
        ("a.csv", '"1girl";0.98\nsolo;0.5', ("1girl", "solo")),
        ("a.csv", "1girl\t0.98\nsolo\t0.5", ("1girl", "solo")),
        ("a.csv", "1girl,0.98", ("1girl",)),
        ("a.csv", "solo,2023", ("solo", "2023")),
        ("a.json", '["1girl", "long hair", 2023]', ("1girl", "long_hair", "2023")),
        ("a.json", '["1girl, long hair", null, {"x": 1}]', ("1girl", "long_hair")),
        ("a.JSON", '{"tags": ["1girl", "solo"]}', ("1girl", "solo")),
        ("a.json", '{"tags": "1girl solo >_<"}', ("1girl", "solo", ">_<")),
        ("a.json", '{"tags": "1girl, long hair"}', ("1girl", "long_hair")),
        ("a.json", '{"tag_string": "1girl solo", "id": 12}', ("1girl", "solo")),
        ("a.json", '{"file_data": {"tags": ["blue eyes"]}}', ("blue_eyes",)),
        ("a.json", '[{"tags": "1girl solo"}]', ("1girl", "solo")),
        ("a.json", '{"tags": {"1girl": 0.98, "solo": 1, "hat": 2e-1}}', ("1girl", "solo", "hat")),
    ],
)
def test_every_form_of_tag_file_is_read(name: str, content: str, tags: tuple[str, ...]) -> None:
    assert read(name, content).tags == tags


def test_a_text_file_may_tell_categories() -> None:
    found = read("a.png.txt", "samus aran\nblue eyes\ncharacter:samus aran\ncreator:some one\n")
    assert found.tags == ("samus_aran", "blue_eyes", "some_one")
    assert found.categories == {"samus_aran": "character", "some_one": "artist"}


def test_the_first_category_told_of_a_tag_stays() -> None:
    found = read("a.txt", "character:samus aran, samus aran, series:samus aran")
    assert found.categories == {"samus_aran": "character"}


def test_gallery_dl_tells_categories_by_key() -> None:
    content = {
        "tags_artist": ["some_one"],
        "tags_character": "samus_aran",
        "tags_metadata": ["highres"],
        "tags_odd": ["strange"],
        "tags": ["solo", "samus_aran", "some_one"],
        "rating": "g",
    }
    found = read("a.png.json", json.dumps(content))
    assert found.tags == ("solo", "samus_aran", "some_one", "highres", "strange")
    assert found.categories == {"some_one": "artist", "samus_aran": "character", "highres": "meta"}
    assert found.rating == "g"


def test_text_and_json_call_categories_by_the_same_names() -> None:
    for name in ("creator", "circle", "series", "medium", "char", "species"):
        text, by_key = read("a.txt", f"{name}:x, solo"), json.dumps({f"tags_{name}": ["x"], "tags": ["solo"]})
        assert read("a.json", by_key).categories == text.categories
        assert "x" in text.categories


def test_a_danbooru_post_tells_categories_by_key() -> None:
    content = {
        "tag_string": "1girl fate/grand_order saber_(fate)",
        "tag_string_general": "1girl",
        "tag_string_character": "saber_(fate)",
        "tag_string_copyright": "fate/grand_order",
        "tag_string_artist": "",
        "rating": "s",
    }
    found = read("a.json", json.dumps(content))
    assert found.tags == ("1girl", "fate/grand_order", "saber_(fate)")
    assert found.categories == {
        "1girl": "general",
        "saber_(fate)": "character",
        "fate/grand_order": "copyright",
    }


@pytest.mark.parametrize(
    "wrap", [lambda post: post, lambda post: {"post": post}, lambda post: {"posts": [post]}]
)
def test_an_e621_post_tells_categories_within_its_tags(wrap: object) -> None:
    assert callable(wrap)
    post = {
        "id": 1,
        "tags": {"general": ["solo"], "species": ["cat"], "invalid": ["odd"], "lore": []},
        "rating": "s",
    }
    found = read("a.json", json.dumps(wrap(post)))
    assert found == TagList(("solo", "cat", "odd"), {"solo": "general", "cat": "species"}, "s")


def test_tags_may_be_objects_with_a_name_and_a_category() -> None:
    tags = [
        {"name": "solo", "category": "general"},
        {"tag": "samus aran", "type": "character"},
        {"name": "hat"},
    ]
    found = read("a.json", json.dumps({"tags": tags}))
    assert found.tags == ("solo", "samus_aran", "hat")
    assert found.categories == {"solo": "general", "samus_aran": "character"}


@pytest.mark.parametrize(
    ("name", "content", "rating", "tags"),
    [
        ("a.txt", "1girl, solo, rating:explicit", "explicit", ("1girl", "solo")),
        ("a.txt", "rating:E, 1girl", "e", ("1girl",)),
        ("a.txt", "rating_safe, 1girl", "safe", ("1girl",)),
        ("a.txt", "general, 1girl, solo", "general", ("1girl", "solo")),
        ("a.txt", "1girl, solo, sensitive", "sensitive", ("1girl", "solo")),
        ("a.txt", "1girl, general, solo", None, ("1girl", "general", "solo")),
        ("a.txt", "general", None, ("general",)),
        ("a.txt", "general, 1girl, rating:q", "q", ("1girl",)),
        ("a.json", '{"tags": ["solo", "rating:general"], "rating": "Explicit"}', "explicit", ("solo",)),
        ("a.json", '{"tags": ["solo"], "rating": null}', None, ("solo",)),
        ("a.json", '{"tags": ["solo"], "rating": ""}', None, ("solo",)),
    ],
)
def test_a_rating_is_told_apart_from_the_tags(
    name: str, content: str, rating: str | None, tags: tuple[str, ...]
) -> None:
    found = read(name, content)
    assert (found.rating, found.tags) == (rating, tags)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_unicode_encoding_with_its_mark_is_read(encoding: str) -> None:
    assert read("a.txt", "1girl, pokémon".encode(encoding)).tags == ("1girl", "pokémon")
    assert read("a.json", '["pokémon"]'.encode(encoding)).tags == ("pokémon",)


def test_stray_bytes_are_read_as_windows_text_and_the_rest_stays_utf_8() -> None:
    content = "1girl, solo, naïve, ".encode() + b"caf\xe9, jeanne d\x92arc"
    assert read("a.txt", content).tags == ("1girl", "solo", "naïve", "café", "jeanne_d'arc")


@in_one_test(
    ("name", "content", "reason"),
    [
        ("a.txt", "", "empty tag file"),
        ("a.txt", " \r\n\t", "empty tag file"),
        ("a.txt", "\ufeff", "empty tag file"),
        ("a.txt", ", ,\n,", "empty tag file"),
        ("a.txt", "rating:e", "empty tag file"),
        ("a.csv", "\n\n", "empty tag file"),
        ("a.json", "[]", "empty tag file"),
        ("a.json", '{"tags": []}', "empty tag file"),
        ("a.json", '["\\ud800"]', "empty tag file"),
        ("a.txt", b"1girl\x00solo", "tag file is not text"),
        ("a.txt", b"\x89PNG\r\n\x1a\nabcdefghijklmnop", "tag file is not text"),
        ("a.txt", "1girl".encode("utf-16-le"), "tag file is not text"),
        ("a.txt", b"\xff\xfe1", "tag file is not text"),
        ("a.txt", b"1girl, a long tag of ascii \x81", "tag file is not text"),
        ("a.txt", "長い髪, 笑顔, 1girl".encode("shift-jis"), "tag file is not text"),
        ("a.txt", "длинные волосы, 1girl".encode("cp1251"), "tag file is not text"),
        ("a.json", b"\x00", "tag file is not text"),
        ("a.txt", "A girl is sitting on a bench in the park.", "tag file is sentences"),
        ("a.csv", "A girl is sitting on a bench in the park.", "tag file is sentences"),
        ("a.json", "1girl, solo", "broken tag file"),
        ("a.json", '{"tags": [', "broken tag file"),
        ("a.json", "[" * 200_000, "broken tag file"),
        ("a.json", '"1girl"', "broken tag file"),
        ("a.json", '{"width": 512}', "broken tag file"),
        ("a.json", '[{"tags": "a"}, {"tags": "b"}]', "broken tag file"),
        ("a.txt", b"a," * LARGEST_FILE, "tag file too large"),
        ("a.json", b" " * (LARGEST_FILE + 1), "tag file too large"),
    ],
)
def test_a_bad_tag_file_is_refused_with_its_reason(name: str, content: str | bytes, reason: str) -> None:
    assert reason_of(name, content) == reason


def test_a_vanished_tag_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(ItemError, match="No such file") as refused:
        tag_bytes(tmp_path / "gone.txt")
    assert refused.value.reason == "unreadable tag file"


def test_a_folder_with_the_name_of_a_tag_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(ItemError) as refused:
        tag_bytes(tmp_path)
    assert refused.value.reason == "unreadable tag file"


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        *(("a.txt", unit) for unit in ("(", ",", "a,", "((a,", "a_b ", "a b\n", "\\(,", "|||", ":1,")),
        *(("a.csv", unit) for unit in (",0\n", "x ", '"', "a,1\n")),
        *(("a.json", unit) for unit in ("[", "1", '["a",', '{"tags":')),
    ],
)
def test_a_hostile_file_takes_time_in_proportion_to_its_size(name: str, unit: str) -> None:
    # It takes a quarter of a second of processor time; were one step quadratic, it would be many seconds.
    started = time.process_time()
    try:
        read(name, unit * (LARGEST_FILE // 12 // len(unit)))
    except ItemError as refused:
        assert refused.reason in ("broken tag file", "empty tag file", "tag file is sentences")
    assert time.process_time() - started < 4


def assert_read_or_refused(suffix: str, content: bytes) -> None:
    """Whatever the bytes are: tags that can be written again, or an ItemError."""
    try:
        found = read(f"a{suffix}", content)
    except ItemError:
        return
    assert found.tags and len(set(found.tags)) == len(found.tags)
    assert set(found.categories) <= set(found.tags)
    " ".join([*found.tags, found.rating or ""]).encode("utf-8")


@given(st.sampled_from([".txt", ".csv", ".json"]), st.binary(max_size=300))
def test_any_bytes_are_tags_or_refused(suffix: str, content: bytes) -> None:
    assert_read_or_refused(suffix, content)


@given(st.sampled_from([".txt", ".csv"]), st.text(max_size=200))
def test_any_text_is_tags_or_refused(suffix: str, content: str) -> None:
    assert_read_or_refused(suffix, content.encode("utf-8", "surrogatepass"))


KEYS = st.sampled_from(
    ["tags", "tag_string", "tags_artist", "tags_", "rating", "post", "posts", "data", "name", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_tags_or_refused(content: object) -> None:
    assert_read_or_refused(".json", json.dumps(content).encode())
