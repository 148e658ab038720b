"""The draft takes the place of what weak models write, and never that of good prose."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from check import is_list
from composer import compose
from errors import ItemError
from tags.filters import HiddenTraits
from tests.check.corpus import CORPUS, LONG, PROSE, Example
from wiki.tag_meanings import load_glossary
from writing.floor import why_the_draft_is_better
from writing.judging import PictureTags, is_judged_by_rules, judge

# Texts as a strong model writes them that has the draft before it, by hand.
_REWRITTEN = [
    Example(
        row["caption"],
        tuple(row["tags"].split()),
        row["categories"],
        frozenset(),
        frozenset(),
        frozenset(),
        kind="rewritten",
    )
    for row in map(
        json.loads, Path(__file__).with_name("rewritten.jsonl").read_text(encoding="utf-8").splitlines()
    )
]
_MIN_COVERAGE = 0.5
# Two read as lists, and a real audience is nobody whom a tag counts.
_REPLACED = {
    "Red eyes, white hair, black coat: the swordsman",
    "girl, long blonde hair, red eyes, black dress, ",
    "A girl with aqua-colored hair tied into two lon",
}


def test_what_a_model_sees_bears_out_all_but_names() -> None:
    tags = ("1girl", "solo", "smile")
    caption = 'Misaki Kuroyukihime, a girl, smiles alone beside a dog. The sign says "Open late".'
    picture = PictureTags(tags, {}, frozenset(), lambda tag: (), HiddenTraits(()), {})
    told, seen = judge(caption, picture), judge(caption, replace(picture, seen=True))
    assert [str(each) for each in told.coverage.adds] == ['"Misaki Kuroyukihime"', '"a dog"', '"Open late"']
    assert [str(each) for each in seen.coverage.adds] == ['"Misaki Kuroyukihime"']


def test_a_draft_that_is_rewritten_with_what_was_seen_is_not_taken_for_made_up() -> None:
    draft = (
        "A girl with long silver hair and red eyes, wearing a brown coat and a white scarf, smiling outdoors."
    )
    caption = f"{draft.removesuffix('.')} in golden light beside a stone well."
    picture = PictureTags(("1girl", "silver_hair"), {}, frozenset(), lambda tag: (), HiddenTraits(()), {})
    judged, of_draft = judge(caption, picture), judge(draft, picture)
    for asked, why_better in (("Tags: 1girl, silver hair", "adds"), (None, "")):
        found = why_the_draft_is_better(caption, judged, draft, of_draft, asked, says_too_little=False)
        assert found.partition(" ")[0] == why_better


def why(example: Example) -> str:
    """Why the draft is kept in the place of a caption; "" if it is not."""
    tags, glossary = example.tags, load_glossary()
    known = {tag: category for tag in tags if tag in glossary and (category := glossary[tag].category)}
    categories = known | example.categories
    try:
        draft = compose(tags, categories)
    except ItemError:
        return ""

    def implied(tag: str) -> tuple[str, ...]:
        return tuple(glossary[tag].implies) if tag in glossary else ()

    picture = PictureTags(tags, categories, frozenset(), implied, HiddenTraits(()), {}, draft=draft)
    judged = judge(example.caption, picture)
    is_sure = bool(judged.unsaid) and is_judged_by_rules(example.caption, judged, picture)
    too_little = judged.coverage.most < _MIN_COVERAGE and is_sure
    listed = "is a list of tags" if is_list(example.caption) else ""
    return listed or why_the_draft_is_better(
        example.caption, judged, draft, judge(draft, picture), " ".join(tags), says_too_little=too_little
    )


def _is_good(example: Example) -> bool:
    misses_a_name = any(example.categories.get(tag) == "character" for tag in example.missed)
    has_faults = example.faults or example.contradicted or example.adds
    return not (has_faults or misses_a_name or example.kind in ("weak", "planted"))


GOOD = [example for example in (*LONG, *PROSE, *CORPUS, *_REWRITTEN) if _is_good(example)]


def test_no_good_text_is_replaced_by_the_draft() -> None:
    assert len(GOOD) >= 240
    replaced = {example.caption: reason for example in GOOD if (reason := why(example))}
    assert {caption[:47] for caption in replaced} <= _REPLACED, replaced


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "1girl solo long_hair red_dress street night lamp",
            "A girl with long hair, wearing a red dress. She is on a street at night near a dog, in rain.",
        ),
        (
            "1girl solo long_hair red_dress street night",
            "A boy with long hair in a red dress on a street at night.",
        ),
        (
            "no_humans train vending_machine street night puddle rain",
            "Train, vending machine, street, night, rain.",
        ),
        ("1girl solo blue_hair smile hat boots", "A girl with red hair, a hat and boots smiles."),
        # Half of the draft's words, and four of its tags are lost.
        (
            "1girl 1boy brown_hair black_hair blue_eyes smile walking beach straw_hat sunglasses sandals day",
            "A girl and a boy walking at the beach by day, with a straw hat and sandals.",
        ),
        # It says the clothes twice.
        (
            "1girl solo long_hair red_dress scarf boots street night smile lamp",
            "A girl with long hair wears a red dress, a scarf and boots. She is smiling on a street at night "
            "in a red dress, a scarf and boots. There is also a lamp.",
        ),
        # It is the draft but for the apron.
        (
            "1girl solo long_hair red_dress apron scarf boots holding_umbrella street night smile lamp",
            "A girl with long hair, wearing a red dress, a scarf and boots, holding an umbrella. She is on a "
            "street at night, smiling. There is also a lamp.",
        ),
    ],
)
def test_a_text_that_is_surely_worse_is_replaced(tags: str, caption: str) -> None:
    assert why(Example(caption, tuple(tags.split()), {}, frozenset(), frozenset(), frozenset()))


@pytest.mark.parametrize(
    ("caption", "reason"),
    [
        (
            "A girl with long hair wears a red dress and a scarf. She is smiling at night. Her outfits "
            "include a lamp, a castle, a drum and a bench.",
            "says bench, castle, drum, lamp to be worn or held",
        ),
        (
            "A girl with long hair wears a red dress and a scarf. She is smiling at night, and a girl with "
            "long hair wears a scarf. A lamp, a castle, a drum and a bench are in view too.",
            'says "a girl with long hair wears" twice',
        ),
    ],
)
def test_the_draft_is_kept_with_the_reason(caption: str, reason: str) -> None:
    tags = ("1girl", "long_hair", "red_dress", "scarf", "night", "smile", "lamp", "castle", "drum", "bench")
    assert reason in why(Example(caption, tags, {}, frozenset(), frozenset(), frozenset())).lower()


def test_half_a_name_that_is_made_up_is_one() -> None:
    tags = ("1girl", "sorasaki_hina", "long_hair", "red_dress", "scarf", "night", "smile")
    caption = "Sasaki Hina, a girl with long hair, wears a red dress and a scarf. She is smiling at night."
    kind = {"sorasaki_hina": "character"}
    assert "adds sasaki" in why(Example(caption, tags, kind, frozenset(), frozenset(), frozenset()))


def test_a_number_in_a_tag_is_no_name() -> None:
    tags = ("1girl", "4koma", "long_hair", "red_dress", "scarf", "night", "smile", "lamp")
    draft = compose(tags, {})
    assert not why(Example(draft, tags, {}, frozenset(), frozenset(), frozenset()))
