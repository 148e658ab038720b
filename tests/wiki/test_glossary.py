"""The glossary has plain sentences on what is seen, and nothing that is not suitable for work."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dataset.tag_parsing import read_tags, text_of_tag_file
from tags.spelling import canonical
from wiki.cache import Entry
from wiki.tag_meanings import GLOSSARY, load_glossary

IMAGES = Path(__file__).parents[2] / "images"
TAG_FILES = (".txt", ".caption", ".tags", ".csv", ".json")
CATEGORIES = {"general", "character", "copyright", "meta"}
MOST_WORDS = 25

MINORS = re.compile(
    r"(loli|lolicon|shota|shotacon|child(ren)?|kids?|toddler|infant|baby|babies|preteen|teen(age|ager)?s?"
    r"|aged_down|petite|randoseru|flat_chest|school_swimsuit|buruma|kindergarten|elementary)"
)
SEXUAL_ACTS_AND_PARTS = re.compile(
    r"(sex|cum|penis|pussy|vagina|vaginal|anal|anus|oral|fellatio|nipples?|erection|masturbation|rape|ahegao"
    r"|testicles|clitoris|pubic|orgasm|dildo|vibrator|bondage)"
)
TALK_ABOUT_TAGS = re.compile(
    r"\b(tag(s|ged|ging)?|use[sd]?|using|images?|pictures?|posts?|illustrations?|artworks?|https?|www)\b",
    re.IGNORECASE,
)
YOUTH = re.compile(
    r"\b(young\w*|child\w*|kids?|teen\w*|little girl|little boy|aged?|years?)\b", re.IGNORECASE
)


def pairs_of_the_file() -> list[tuple[str, dict[str, object]]]:
    """Every pair of the file, twice if it is there twice."""
    pairs: list[tuple[str, dict[str, object]]] = json.loads(
        GLOSSARY.read_text(encoding="utf-8"),
        object_pairs_hook=lambda found: dict(found) if found[0][0] == "description" else found,
    )
    return pairs


def described() -> Iterator[tuple[str, str]]:
    return ((tag, entry.description) for tag, entry in load_glossary().items() if entry.description)


def offenders(pattern: re.Pattern[str]) -> list[str]:
    """The tags of which one word matches `pattern` in full."""
    return [tag for tag in load_glossary() if any(map(pattern.fullmatch, [tag, *re.split(r"[_\s()]", tag)]))]


def shipped_tags() -> list[tuple[str, str]]:
    """Each tag of each tag file under images/, with its file's name."""
    files = sorted(path for path in IMAGES.rglob("*") if path.suffix in TAG_FILES)
    return [
        (path.name, tag)
        for path in files
        for tag in read_tags(text_of_tag_file(path.read_bytes()), path.name).tags
    ]


def test_the_file_loads_into_entries() -> None:
    assert load_glossary()["twintails"] == Entry(
        description=load_glossary()["twintails"].description,
        category="general",
        post_count=900_000,
        source="glossary",
    )
    assert "two bunches" in load_glossary()["twintails"].description
    assert load_glossary()["hatsune_miku"].category == "character"
    assert load_glossary()["vocaloid"].category == "copyright"
    assert load_glossary()["highres"].category == "meta"


def test_the_file_is_read_only_once() -> None:
    assert load_glossary() is load_glossary()


def test_the_most_common_general_tags_are_described() -> None:
    assert sum(load_glossary()[tag].category == "general" for tag, _ in described()) >= 400


def test_every_kind_of_tag_is_represented() -> None:
    counts = Counter(entry.category for entry in load_glossary().values())
    assert counts["meta"] >= 80
    assert counts["copyright"] >= 60
    assert counts["character"] >= 80


def test_no_tag_stands_in_the_file_twice() -> None:
    assert [tag for tag, times in Counter(tag for tag, _ in pairs_of_the_file()).items() if times > 1] == []


def test_the_file_is_sorted_by_tag_with_one_entry_a_line() -> None:
    tags = [tag for tag, _ in pairs_of_the_file()]
    assert tags == sorted(tags)
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(tags) + 2
    assert all(line.startswith(json.dumps(tag)) for tag, line in zip(tags, lines[1:], strict=False))


def test_every_entry_has_exactly_its_three_facts() -> None:
    for tag, facts in pairs_of_the_file():
        assert list(facts) == ["description", "category", "post_count"], tag
        assert isinstance(facts["description"], str), tag
        assert type(facts["post_count"]) is int, tag


def test_every_key_is_a_canonical_tag_name() -> None:
    valid = re.compile(r"(?![-~_`%(){}\[\]/])[!-~]{1,170}")
    for tag in load_glossary():
        assert canonical(tag) == tag
        assert valid.fullmatch(tag), tag
        assert not re.search(r"[,*]|__|_$", tag), tag


def test_every_category_is_a_known_one() -> None:
    assert {entry.category for entry in load_glossary().values()} <= CATEGORIES


def test_post_counts_are_rounded_to_two_digits() -> None:
    for tag, entry in load_glossary().items():
        assert entry.post_count is not None and 0 <= entry.post_count < 10_000_000, tag
        assert not str(entry.post_count)[2:].strip("0"), tag


def test_only_meta_words_may_have_no_posts() -> None:
    assert {entry.category for entry in load_glossary().values() if entry.post_count == 0} == {"meta"}


def test_every_general_tag_has_a_description() -> None:
    assert [
        t for t, entry in load_glossary().items() if entry.category == "general" and not entry.description
    ] == []


def test_every_description_is_one_short_sentence() -> None:
    for tag, sentence in described():
        assert len(sentence.split()) <= MOST_WORDS, tag
        assert re.fullmatch(r"[A-Z][^_\n]*[^\s.]\.", sentence), tag
        assert ". " not in sentence, tag
        assert sentence == " ".join(sentence.split()), tag


def test_no_description_talks_about_tags_or_pictures() -> None:
    assert [tag for tag, sentence in described() if TALK_ABOUT_TAGS.search(sentence)] == []


def test_no_description_speaks_of_youth() -> None:
    assert [tag for tag, sentence in described() if YOUTH.search(sentence)] == []


def test_no_tag_is_about_minors() -> None:
    assert offenders(MINORS) == []


def test_no_tag_is_about_sexual_acts_or_parts() -> None:
    assert offenders(SEXUAL_ACTS_AND_PARTS) == []


def test_no_two_general_tags_are_described_alike() -> None:
    sentences = Counter(
        load_glossary()[tag].description
        for tag, _ in described()
        if load_glossary()[tag].category == "general"
    )
    assert [sentence for sentence, times in sentences.items() if times > 1] == []


@pytest.mark.parametrize(
    ("tag", "what_tells_it_apart"),
    [
        ("cowboy_shot", "middle of the thighs"),
        ("from_below", "looking up"),
        ("from_above", "looking down"),
        ("dutch_angle", "tilted"),
        ("low_twintails", "below the ears"),
        ("two_side_up", "rest of the hair hangs loose"),
        ("sidelocks", "in front of the ears"),
        ("ahoge", "single lock"),
        ("zettai_ryouiki", "bare thigh"),
        ("sleeves_past_wrists", "part of the hands"),
        ("sleeves_past_fingers", "entirely"),
        ("tareme", "downward"),
        ("tsurime", "upward"),
    ],
)
def test_tags_that_are_easily_confused_are_told_apart(tag: str, what_tells_it_apart: str) -> None:
    assert what_tells_it_apart in load_glossary()[tag].description


def test_every_tag_of_the_shipped_pictures_is_known() -> None:
    assert [f"{tag} ({file})" for file, tag in shipped_tags() if tag not in load_glossary()] == []
