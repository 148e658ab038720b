"""Tags that others say: by the implications of the wiki, and by words where these are not known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from tags.implications import Implied, broader_tags, said_along, without_implied
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project


def nothing(tag: str) -> Collection[str]:
    """A wiki without implications."""
    return ()


def rules(**implied: str) -> Implied:
    """A wiki in which some tags imply others, which stand in a text."""
    return lambda tag: implied.get(tag, "").split()


@pytest.mark.parametrize(
    ("tags", "stay"),
    [
        ("dress white_dress", "white_dress"),
        ("white_dress dress", "white_dress"),
        ("hair hair_ribbon ribbon", "hair hair_ribbon"),
        ("witch witch_hat", "witch witch_hat"),
        ("hat black_witch_hat witch_hat", "black_witch_hat"),
        ("shoes no_shoes", "shoes no_shoes"),
        ("umbrella shared_umbrella rain", "shared_umbrella rain"),
        ("cat cheshire_cat", "cat cheshire_cat"),
        ("miku hatsune_miku", "miku hatsune_miku"),
        ("rose red_rose_(flower)", "red_rose_(flower)"),
        ("^_^ :d", "^_^ :d"),
    ],
)
def test_a_general_tag_goes_that_the_last_words_of_another_say(tags: str, stay: str) -> None:
    categories = {"cheshire_cat": "character", "miku": "character", "hatsune_miku": "character"}
    assert without_implied(tags.split(), categories, nothing) == stay.split()


SUN = rules(sun_hat="hat", hat="headwear")
SMILES = rules(grin="smile", evil_grin="grin evil_smile", evil_smile="smile")


@pytest.mark.parametrize(
    ("implied", "tags", "stay"),
    [
        (rules(grin="smile"), "smile grin hat", "grin hat"),
        (rules(sailor_collar="neckwear"), "collar sailor_collar", "collar sailor_collar"),
        (SUN, "headwear sun_hat", "sun_hat"),
        (SUN, "sun_hat headwear hat", "sun_hat"),
        (SMILES, "evil_grin grin evil_smile smile", "evil_grin"),
        (SMILES, "evil_smile grin", "evil_smile grin"),
        (SUN, "white_dress dress sun_hat hat", "white_dress sun_hat"),
        (rules(striped_shirt="striped_clothes shirt"), "shirt tee striped_shirt", "tee striped_shirt"),
        # The word rule goes on from what a known rule leads to, where it is there.
        (rules(grin="red_hat"), "grin red_hat hat", "grin"),
    ],
)
def test_what_a_tag_implies_goes_over_all_steps(implied: Implied, tags: str, stay: str) -> None:
    assert without_implied(tags.split(), {}, implied) == stay.split()


@pytest.mark.parametrize(
    ("implied", "tags", "stay"),
    [
        (rules(hat="hat"), "hat", "hat"),
        (rules(a="b", b="a"), "a b", "a b"),
        (rules(a="b", b="c", c="a"), "b a c", "b a c"),
        (rules(a="b", b="a c"), "a b c", "a b"),
        (rules(a="b", b="a", x="a"), "a b x", "x"),
        # One half of this circle is made of words.
        (rules(dress="white_dress"), "dress white_dress", "dress white_dress"),
        (rules(dress="a_hat", hat="a_dress"), "dress a_hat hat a_dress", "dress a_hat hat a_dress"),
    ],
)
def test_no_tag_goes_on_the_strength_of_itself(implied: Implied, tags: str, stay: str) -> None:
    assert without_implied(tags.split(), {}, implied) == stay.split()


def test_a_tag_that_is_not_there_drops_nothing() -> None:
    assert without_implied(["hat", "headwear"], {}, rules(sun_hat="hat headwear")) == ["hat", "headwear"]


CATEGORIES: Mapping[str, str] = {
    "miku": "character",
    "miku_(append)": "character",
    "zero": "copyright",
    "saga": "copyright",
    "absurdres": "meta",
    "highres": "meta",
}


@pytest.mark.parametrize(
    ("implied", "tags", "stay"),
    [
        (rules(**{"miku_(append)": "miku"}), "miku miku_(append)", "miku_(append)"),
        (rules(zero="saga"), "zero saga", "zero"),
        (rules(absurdres="highres"), "highres absurdres", "absurdres"),
        # Whoever leaves out characters still wants to hear of the hat.
        (rules(miku="hat"), "miku hat", "miku hat"),
        (rules(miku="saga"), "miku saga", "miku saga"),
    ],
)
def test_a_tag_speaks_for_its_own_category_alone(implied: Implied, tags: str, stay: str) -> None:
    assert without_implied(tags.split(), CATEGORIES, implied) == stay.split()


def test_what_goes_round_in_a_circle_ends() -> None:
    assert said_along("a", rules(a="b", b="c", c="a")) == {"a", "b", "c"}
    assert said_along("a", rules(a="b c", b="c")) == {"b", "c"}
    assert said_along("a", nothing) == set()


# In a run

TAGS = "1girl, smile, evil grin, grin, hatsune miku, hatsune miku (append), white dress, dress"
TEMPLATE = "Characters: {{ characters }}\nSheets: {{ character_sheets }}\nTags: {{ tags }}"


def prompt(folder: Path, **settings: str) -> list[str]:
    """The prompt for a picture with TAGS; what they mean is asked of the wiki, in one request."""
    (folder / "t.txt").write_text(TEMPLATE, encoding="utf-8")
    with FakeEndpoint() as model, FakeDanbooru() as wiki:
        settings |= {"TagProvider__skip": "False", "TagProvider__wiki_url": wiki.url}
        project = Project(folder, url=model.url, Interpreter__prompt_template_file="t.txt", **settings)
        project.add("a.png", TAGS)
        result = project.run()
        assert result.code == 0, result
        assert len(wiki.asked) == 1
        return str(model.requests[-1].body["messages"][-1]["content"]).splitlines()


def test_what_the_wiki_says_is_implied_is_in_no_prompt(tmp_path: Path) -> None:
    told = prompt(tmp_path, Tags__drop_implied="True")
    assert told == [
        "Characters: hatsune miku",
        "Sheets: - hatsune miku: A form of hers in grey, with lights on the sleeves.",
        "Tags: 1girl, evil grin, hatsune miku, white dress",
    ]


def test_all_tags_are_in_the_prompt_unless_told_and_a_character_in_another_form_is_one_person(
    tmp_path: Path,
) -> None:
    _, sheets, tags = prompt(tmp_path)
    assert tags == "Tags: 1girl, smile, evil grin, grin, hatsune miku, white dress, dress"
    assert sheets == "Sheets: - hatsune miku: A form of hers in grey, with lights on the sleeves."


@pytest.mark.parametrize(
    ("settings", "tags"),
    [
        ({"Tags__exclude": "evil grin"}, "1girl, grin, hatsune miku, white dress"),
        ({"Tags__hide": "evil grin, white dress"}, "1girl, grin, hatsune miku, dress"),
        ({"Tags__exclude_categories": "character"}, "1girl, evil grin, white dress"),
        ({"Tags__trigger": "evil grin"}, "1girl, grin, hatsune miku, white dress"),
    ],
)
def test_a_tag_that_is_left_out_says_nothing(tmp_path: Path, settings: dict[str, str], tags: str) -> None:
    assert prompt(tmp_path, Tags__drop_implied="True", **settings)[-1] == f"Tags: {tags}"


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (
            "torn_jeans",
            {"jeans", "pants", "denim", "clothed", "bottomwear", "clothing"}
            | {"torn_pants", "torn_bottomwear", "torn_clothing"},
        ),
        ("wolf", {"canine", "canid", "canis", "mammal", "animal"}),
        (
            "holding_katana",
            {"katana", "sword", "melee_weapon", "weapon"}
            | {"holding", "holding_sword", "holding_weapon", "holding_object", "object"}
            | {"holding_melee_weapon"},
        ),
        ("no_shoes", set()),
        ("smile", set()),
    ],
)
def test_a_tag_says_what_its_words_and_the_table_say_over_several_steps(tag: str, said: set[str]) -> None:
    assert broader_tags(tag) == said


def test_no_tag_of_the_table_says_itself_in_a_circle() -> None:
    assert "insect" not in broader_tags("bug")
    assert "bug" in broader_tags("insect")


# By class: a tag, and what it says too.
_SAID_ALONG = """
weapons        arm_cannon: weapon cannon; halberd: polearm weapon; sniper_rifle: rifle gun firearm weapon
tools          blowtorch: tool; sledgehammer: hammer tool; mop: cleaning_tool
vehicles       f-14_tomcat: fighter_jet airplane aircraft vehicle
vehicles       fire_truck: truck motor_vehicle ground_vehicle
interiors      car_interior: vehicle_interior; bus_interior: motor_vehicle_interior
instruments    contrabass: instrument string_instrument; violin_case: instrument_case
instruments    holding_flute: holding_instrument
containers     cardboard_box: box container; in_cardboard_box: in_box in_container
containers     beer_can: can alcohol beer
furniture      kotatsu: table furniture; on_hospital_bed: on_bed
food           pocky_in_mouth: food_in_mouth; curry_rice: curry rice food
food           omelet: egg food; holding_baguette: holding_food
drinks         champagne_flute: alcohol drinking_glass; latte: coffee drink
animals        bear: ursid animal; otter: lutrine mustelid mammal; penguin: avian bird
animals        stag_beetle: beetle insect bug
animal parts   shark_hood: animal_hood; wolf_tail: animal_tail; rabbit_print: animal_print
garments       vertical-striped_shirt: striped_shirt striped_clothes
garments       junihitoe: layered_kimono kimono japanese_clothes
uniforms       skirt_suit: business_suit suit formal; soccer_uniform: sportswear uniform
worn           sandogasa: straw_hat hat headwear; yugake: single_glove gloves
worn           hanafuda_earrings: earrings jewelry
hair           single_hair_bun: hair_bun hair_up; streaked_hair: multicolored_hair; chonmage: topknot
faces          soot_on_face: dirty_face dirty; grin: smile teeth
poses          perching: sitting; interlocked_fingers: holding_hands; cuddling: hug
places         viaduct: bridge; flower_shop: shop store; dirt_path: path
plants         wildflower: flower plant; bonsai: tree plant
lights         neon_sign: neon_lights sign; paper_lantern: lantern lamp light
sports         figure_skating: ice_skating sport; judo: martial_arts fighting
fights         duel: battle fight fighting
pictures       class_photo: group_picture photo_(object); fake_magazine_cover: cover fake_cover
"""
_PAIRS = [
    (tag.strip(), wide)
    for line in _SAID_ALONG.strip().splitlines()
    for each in line[15:].split(";")
    for tag, _, wides in [each.partition(":")]
    for wide in wides.split()
]


def test_a_particular_tag_says_the_general_ones_of_its_class() -> None:
    assert not [(tag, wide) for tag, wide in _PAIRS if wide not in broader_tags(tag)]


def test_the_reverse_is_never_said() -> None:
    assert not [(tag, wide) for tag, wide in _PAIRS if tag in broader_tags(wide)]
