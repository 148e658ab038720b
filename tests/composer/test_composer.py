"""The composer's captions, word by word, and what must hold of every caption."""

import json
import re
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer import compose
from composer.phrasing import lists, noun_phrase
from composer.words import role_of
from dataset.tag_text import split_tags
from errors import ItemError
from llm.replies import Form, clean
from tags.implications import broader_tags
from tags.spelling import canonical
from tests.cases import in_one_test

_ROOT = Path(__file__).parents[2]
_CATEGORIES = ("character", "copyright", "meta", "artist", "species", "contributor", "lore")


def _parsed(text: str) -> tuple[list[str], dict[str, str]]:
    """ "character:hatsune_miku, 1girl" ─▶ the tags and the categories that are given."""
    tags, categories = [], {}
    for item in text.split(", "):
        category, _, tag = item.partition(":")
        if category in _CATEGORIES and tag:
            categories[tag] = category
        tags.append(tag if category in _CATEGORIES and tag else item)
    return tags, categories


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "character:hatsune_miku, character:ganyu, copyright:vocaloid, 2girls",
            "Hatsune Miku and Ganyu, two girls. The series is Vocaloid.",
        ),
        (
            "character:hatsune_miku, character:ganyu_(genshin_impact), copyright:vocaloid, "
            "copyright:genshin_impact, 2girls",
            "Hatsune Miku from Vocaloid and Ganyu from Genshin Impact, two girls.",
        ),
        (
            "character:hakurei_reimu, character:kirisame_marisa, copyright:touhou, 2girls, teapot",
            "Hakurei Reimu and Kirisame Marisa, two girls. The series is Touhou. There is also a teapot.",
        ),
        (
            "character:hatsune_miku, copyright:vocaloid, copyright:pokemon, 1girl",
            "Hatsune Miku, a girl. The series are Vocaloid and Pokemon.",
        ),
        (
            "character:hatsune_miku, character:ganyu, smile",
            "Hatsune Miku and Ganyu are shown. Visible details include a smile.",
        ),
    ],
)
def test_a_series_is_said_only_of_characters_that_are_known_to_come_from_it(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


@in_one_test(
    ("tags", "caption"),
    [
        ("1boy, male_focus", "A boy."),
        ("1girl, male_focus", "A girl is shown with the focus on a male character."),
        ("1girl, glasses, round_eyewear", "A girl wears round glasses."),
        ("1girl, round_eyewear", "A girl wears round glasses."),
        ("1girl, sunglasses, black_eyewear", "A girl wears black sunglasses."),
        ("1girl, boots, black_footwear", "A girl wears black boots."),
        ("1girl, boots, sandals, black_footwear", "A girl wears boots and black footwear."),
        ("1girl, playing_instrument, violin", "A girl is playing the violin."),
        ("1girl, reading, book", "A girl is reading a book."),
        (
            "1girl, red_hair, reading, library, window, rain",
            "A girl has red hair. She is reading in a library, with rain outside. There is also a window.",
        ),
        ("cat, sleeping, indoors, snow", "A cat is sleeping indoors, with snow outside."),
        (
            "1girl, standing, house, window, snow",
            "A girl is standing near a house in the snow. There is also a window.",
        ),
        ("1girl, standing, village, ruins", "A girl is standing among ruins in a village."),
        (
            "1girl, brown_hair, short_hair_with_long_locks",
            "A girl has brown hair and short hair with long locks.",
        ),
        (
            "no_humans, scenery, building, balcony, boat",
            "Scenery with a boat is shown with no people in sight. A building and a balcony are in view too.",
        ),
        (
            "no_humans, scenery, train, factory, orange_sky",
            "Scenery with a train is shown under an orange sky, with no people in sight. "
            "There is also a factory.",
        ),
        ("bear, playing_instrument, drum, clearing", "A bear is playing the drum in a clearing."),
        ("1girl, solo, hat, mask_(marking)", "A girl with a mask marking wears a hat."),
        ("1girl, standing, building, balcony", "A girl is standing on a balcony near a building."),
        ("1girl, reading, book, letter", "A girl is reading. A book and a letter are in view too."),
        (
            "1other, robot, standing, glasses",
            "A person wears glasses and is shown with a robot. They are standing.",
        ),
    ],
)
def test_tags_that_speak_of_one_thing_are_one_thing(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


def test_a_picture_that_is_original_belongs_to_no_series() -> None:
    assert compose(["1girl", "original"], {"original": "copyright"}) == "A girl."
    assert compose(["1girl", "original"], {}) == "A girl."


def test_the_example_of_the_manual_reads_as_promised() -> None:
    tags = (
        "1girl, solo, character:hatsune_miku, copyright:vocaloid, long_hair, twintails, aqua_hair, aqua_eyes,"
        " smile, looking_at_viewer, detached_sleeves, necktie, pleated_skirt, standing, outdoors, "
        "cherry_blossoms, from_below"
    )
    assert compose(*_parsed(tags)) == (
        "Hatsune Miku from Vocaloid, a girl with long aqua hair in twintails and aqua eyes, wears detached "
        "sleeves, a necktie and a pleated skirt. She is standing outdoors among cherry blossoms, smiling and "
        "looking at the viewer, seen from below."
    )


@in_one_test(
    ("tags", "caption"),
    [
        (
            "1girl",
            "A girl.",
        ),
        (
            "1boy, solo",
            "A boy.",
        ),
        (
            "1other, hood",
            "A person wears a hood.",
        ),
        (
            "2girls, multiple_girls",
            "Two girls.",
        ),
        (
            "6+girls, multiple_girls",
            "A group of girls.",
        ),
        (
            "multiple_boys",
            "Several boys.",
        ),
        (
            "1girl, 1boy",
            "A girl and a boy.",
        ),
        (
            "1girl, multiple_girls",
            "Several girls.",
        ),
        (
            "1girl, 2boys, 1other",
            "A girl, two boys and one other person.",
        ),
        (
            "15girls",
            "15 girls.",
        ),
        (
            "1girl, 2girls, solo",
            "Two girls.",
        ),
        (
            "no_humans",
            "A scene is shown with no people in sight.",
        ),
        (
            "solo, long_hair, smile",
            "A character has long hair. The character is smiling.",
        ),
        (
            "solo, character:hatsune_miku, smile",
            "Hatsune Miku is smiling.",
        ),
        (
            "long_hair, sitting",
            "A character has long hair. The character is sitting.",
        ),
        (
            "1girl, crowd",
            "A girl. There is also a crowd.",
        ),
        (
            "everyone, 6+girls",
            "A group of girls.",
        ),
        (
            "2girls, twins, sisters",
            "Two girls, twin sisters.",
        ),
        (
            "1girl, 1boy, couple, holding_hands",
            "A girl and a boy, a couple, are holding hands.",
        ),
        (
            "1girl, cat_girl, magical_girl, tall",
            "A tall cat girl who is a magical girl.",
        ),
        (
            "1girl, elf, maid, long_hair",
            "An elf maid has long hair.",
        ),
        (
            "2girls, elf, long_hair",
            "Two girls, an elf among them.",
        ),
    ],
)
def test_people_are_counted_and_never_merged(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "character:hatsune_miku, copyright:vocaloid, 1girl, aqua_hair",
            "Hatsune Miku from Vocaloid, a girl, has aqua hair.",
        ),
        (
            "character:rem_(re:zero), character:ram_(re:zero), "
            "copyright:re:zero_kara_hajimeru_isekai_seikatsu, 2girls, blue_hair, pink_hair",
            "Rem and Ram from Re:Zero kara Hajimeru Isekai Seikatsu, two girls with blue and pink "
            "hair, are shown.",
        ),
        (
            "character:artoria_pendragon_(fate), copyright:fate/grand_order, copyright:fate_(series), "
            "1girl, solo, armor",
            "Artoria Pendragon from Fate/Grand Order, a girl, wears armor.",
        ),
        (
            "character:2b_(nier:automata), copyright:nier:automata, 1girl, sitting",
            "2B from Nier:Automata, a girl, is sitting.",
        ),
        (
            "character:hatsune_miku, character:hatsune_miku_(append), copyright:vocaloid",
            "Hatsune Miku from Vocaloid.",
        ),
        (
            "character:cloud_strife, copyright:final_fantasy_vii, copyright:final_fantasy, 1boy, "
            "holding_sword, sword, weapon",
            "Cloud Strife from Final Fantasy VII, a boy, holds a sword.",
        ),
        (
            "character:pikachu, character:red_(pokemon), copyright:pokemon, copyright:pokemon_(game), "
            "1boy, hat",
            "Pikachu and Red from Pokemon, a boy among them, are seen together. The boy is wearing a hat.",
        ),
        (
            "copyright:kimetsu_no_yaiba, 1boy, running",
            "A boy from Kimetsu no Yaiba is running.",
        ),
        (
            "copyright:girls'_frontline, character:ump45_(girls'_frontline), "
            "character:hk416_(girls'_frontline), 2girls",
            "UMP45 and HK416 from Girls' Frontline, two girls.",
        ),
        (
            "copyright:original, 1girl, hat",
            "A girl wears a hat.",
        ),
        (
            "character:c.c., 1girl",
            "C.C., a girl.",
        ),
        (
            "copyright:touhou, no_humans, scenery",
            "Scenery from Touhou is shown with no people in sight.",
        ),
    ],
)
def test_names_are_titles_and_series_follow_from(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "1girl, long_hair, very_long_hair, blonde_hair, wavy_hair, twintails, blunt_bangs, ahoge",
            "A girl has very long wavy blonde hair in twintails, blunt bangs and an ahoge.",
        ),
        (
            "1girl, blue_eyes, red_eyes, heterochromia, glowing_eyes",
            "A girl has one glowing blue eye and one glowing red eye.",
        ),
        (
            "1girl, ponytail, sidelocks, cat_ears, animal_ears, cat_tail, tail",
            "A girl has a ponytail, sidelocks, cat ears and a cat tail.",
        ),
        (
            "1girl, black_hair, red_hair, multicolored_hair, streaked_hair",
            "A girl has streaked black and red hair.",
        ),
        (
            "1boy, beard, dark_skin, scar_on_face, collarbone, navel",
            "A man with a beard, dark skin and a scar on his face, his collarbone and navel visible, "
            "is shown.",
        ),
        (
            "3girls, long_hair, short_hair, blonde_hair, brown_hair, blue_eyes, green_eyes, hat, glasses",
            "Three girls with blonde and brown hair, and blue and green eyes, are shown. Their "
            "outfits include a hat and glasses.",
        ),
        (
            "1boy, green_hair, bare_shoulders, floating_hair, looking_to_the_side, horse, riding_horse",
            "A boy has floating green hair and bare shoulders. He is looking to the side and riding a horse.",
        ),
        (
            "1girl, feet_out_of_frame, no_pupils, mole_under_eye, eyewear_on_head, no_hat",
            "A girl has no pupils, a mole under her eye, no hat and glasses on her head. She is "
            "shown with her feet out of frame.",
        ),
    ],
)
def test_traits_of_one_are_gathered_and_of_several_are_not_assigned(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "1girl, shirt, white_shirt, collared_shirt, skirt, black_skirt, pleated_skirt",
            "A girl wears a white collared shirt and a black pleated skirt.",
        ),
        (
            "1girl, dress, white_dress, frilled_dress, umbrella, holding_umbrella, wide_sleeves",
            "A girl wears a white frilled dress with wide sleeves and holds an umbrella.",
        ),
        (
            "1girl, black_shirt, white_shirt, shirt",
            "A girl wears black and white shirts.",
        ),
        (
            "1girl, red_bow, hair_bow, bow, uniform, school_uniform, earrings, jewelry",
            "A girl wears a red hair bow, a school uniform and earrings.",
        ),
        (
            "1boy, no_shoes, thighhighs, pantyhose, armor, obi, hour_glass",
            "A boy with no shoes wears thighhighs, pantyhose, armor and an obi. There is also an hour glass.",
        ),
        (
            "1girl, animal_print, kagamine_rin_(cosplay), cosplay",
            "A girl wears clothes with an animal print and a cosplay of Kagamine Rin.",
        ),
        (
            "1girl, holding_bow_(weapon), bow_(weapon), weapon",
            "A girl holds a bow.",
        ),
    ],
)
def test_clothes_that_share_a_noun_are_one_garment_where_they_can_be(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "1girl, sitting, on_chair, reading, library",
            "A girl is sitting on a chair in a library, reading.",
        ),
        (
            "1girl, lying, on_back, on_bed, arms_up",
            "A girl is lying on her back on a bed, with her arms up.",
        ),
        (
            "1boy, hand_on_own_hip, arms_behind_back, crossed_arms",
            "A boy is shown with a hand on his hip, his arms behind his back and crossed arms.",
        ),
        (
            "1other, hand_in_pocket",
            "A person is shown with a hand in their pocket.",
        ),
        (
            "2boys, hugging_own_legs, on_side",
            "Two boys are shown. Their actions include hugging the legs and lying on the side.",
        ),
        (
            "1girl, looking_at_phone, adjusting_eyewear, playing_guitar",
            "A girl is looking at a phone, adjusting her glasses and playing the guitar.",
        ),
        (
            "1girl, :d, smile, open_mouth, blush",
            "A girl is blushing, with an open-mouthed smile.",
        ),
        (
            "1girl, ;), >_<, ^_^, !?",
            "A girl is shown with a wink and a smile, tightly squeezed eyes, and happily closed eyes. "
            "There is also an exclamation and question mark.",
        ),
        (
            "1boy, >:(, sweatdrop, standing",
            "A boy is standing, with an angry frown and a sweatdrop.",
        ),
        (
            "1girl, \\m/, $_$",
            "A girl is shown with a horns sign.",
        ),
        (
            "1girl, happy",
            "A girl is happy.",
        ),
        (
            "3girls, ^_^, looking_at_viewer",
            "Three girls are looking at the viewer. Visible details include happily closed eyes.",
        ),
    ],
)
def test_deeds_gestures_and_emoticons_are_said_in_words(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "1girl, outdoors, beach, ocean, sunset, blue_sky, cloud",
            "A girl is outdoors at the beach near the ocean, at sunset, under a blue sky and clouds.",
        ),
        (
            "1girl, white_background, simple_background, upper_body, from_side, looking_at_viewer",
            "A girl is looking at the viewer, seen from the side in an upper body view against a simple "
            "white background.",
        ),
        (
            "1girl, close-up, dutch_angle, profile, from_above",
            "A girl is seen at a Dutch angle, in profile and from above in a close-up.",
        ),
        (
            "1girl, monochrome, greyscale, sketch, traditional_media, watercolor_(medium)",
            "A girl is shown as a sketch, in greyscale, painted in watercolor.",
        ),
        (
            "comic, 2girls, speech_bubble, english_text, monochrome",
            "Two girls. The scene is shown as a comic, in monochrome. A speech bubble and English text are "
            "in view too.",
        ),
        (
            "1girl, signature, artist_name, depth_of_field, dated",
            "A girl is shown with depth of field.",
        ),
    ],
)
def test_places_backgrounds_views_and_styles_have_their_prepositions(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "scenery, no_humans, mountain, river, tree, outdoors, night, starry_sky",
            "Scenery with a tree, a mountain and a river is shown outdoors at night under a starry sky, with "
            "no people in sight.",
        ),
        (
            "still_life, apple, fruit, food, bowl, table, no_humans, grey_background",
            "A still life with an apple, a bowl and a table is shown against a grey background, with "
            "no people in sight.",
        ),
        (
            "cat, no_humans, sleeping, windowsill, yellow_eyes",
            "A cat has yellow eyes. It is sleeping, with no people in sight. There is also a windowsill.",
        ),
        (
            "dog, cat, playing, grass, outdoors",
            "A dog and a cat are playing outdoors. There is also grass.",
        ),
        (
            "robot, no_humans, glowing_eyes, city, rain, from_below",
            "A robot has glowing eyes. It is in a city in the rain, seen from below, with no "
            "people in sight.",
        ),
        (
            "airplane, cloudy_sky, flying, no_humans",
            "An airplane is flying under a cloudy sky, with no people in sight.",
        ),
        (
            "species:fox, anthro, male, solo, hoodie, smile, sitting",
            "A male anthro fox wears a hoodie. He is sitting and smiling.",
        ),
        (
            "species:wolf, species:canine, species:mammal, snow",
            "A wolf is in the snow.",
        ),
        (
            "duo, anthro, female, male",
            "A duo of anthro characters, female and male.",
        ),
        (
            "no_humans, sword, white_background",
            "A sword is shown against a white background, with no people in sight.",
        ),
        (
            "cityscape, night, neon_lights, car, chinese_text",
            "A cityscape with a car and neon lights is shown at night. There is also Chinese text.",
        ),
        (
            "vehicle_focus, motor_vehicle, truck, road",
            "A truck is on a road.",
        ),
    ],
)
def test_pictures_without_people_have_another_subject(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


@pytest.mark.parametrize(
    ("tags", "caption"),
    [
        (
            "sks",
            "A picture of sks.",
        ),
        (
            "1girl, sks, my_style, gizmo",
            "A girl. There is also a gizmo.",
        ),
        (
            "masterpiece, best_quality, score_9, rating:general, highres, absurdres, 1girl, year_2024",
            "A girl.",
        ),
        (
            "1girl, year_of_the_rabbit, meta:photo_(medium), artist:someone, contributor:helper, "
            "lore:secret_lore",
            "A girl is shown with the year of the rabbit.",
        ),
        (
            "1girl, 日本語, weird|tag",
            "A girl.",
        ),
        (
            "1girl, bow_(weapon), x-ray, unicorn, hourglass, european_clothes",
            "A girl wears European clothes and is shown with a unicorn. Also in view are a bow, an X-ray "
            "view and an hourglass.",
        ),
        (
            "1girl, dragon, fire, night, forest, holding_sword, armor, cape, red_cape, battle",
            "A girl wears armor and a red cape, holds a sword, and is shown with a dragon. She is "
            "in battle in a forest at night. There is also fire.",
        ),
    ],
)
def test_unknown_tags_are_kept_and_meta_tags_are_not_said(tags: str, caption: str) -> None:
    assert compose(*_parsed(tags)) == caption


_VOCABULARY = re.findall(
    r"\S+",
    """
    1girl 2girls 1boy 3boys 6+girls multiple_girls 1other solo no_humans long_hair short_hair
    very_long_hair medium_hair blonde_hair brown_hair black_hair aqua_hair wavy_hair messy_hair twintails
    ponytail braid twin_braids hair_bun blunt_bangs ahoge sidelocks hair_between_eyes blue_eyes red_eyes
    glowing_eyes heterochromia cat_ears fox_tail dragon_horns angel_wings halo fangs freckles dark_skin
    pale_skin bare_shoulders collarbone navel beard mole_under_eye scar_on_face pointy_ears dress
    white_dress shirt white_shirt collared_shirt black_shirt skirt pleated_skirt black_skirt miniskirt
    school_uniform kimono obi hakama hoodie jacket open_jacket scarf necktie bow hair_bow red_bow
    hair_ribbon hair_ornament hairclip hat witch_hat glasses sunglasses choker earrings necklace gloves
    white_gloves elbow_gloves thighhighs black_thighhighs pantyhose socks boots sneakers barefoot armor
    cape apron swimsuit bikini backpack wide_sleeves detached_sleeves long_sleeves frills belt holding
    holding_sword holding_umbrella holding_book holding_cup holding_flower sword umbrella book cup flower
    standing sitting kneeling lying on_back on_side on_bed on_chair jumping running walking smile grin
    blush open_mouth closed_mouth closed_eyes one_eye_closed tongue_out crying tears angry happy surprised
    sleeping reading eating drinking singing playing_guitar looking_at_viewer looking_back
    looking_to_the_side looking_at_phone arms_up hand_on_own_hip arms_behind_back crossed_arms
    hands_in_pockets outstretched_arm head_tilt v salute hug :d ;d >_< ^_^ :3 !? outdoors indoors beach
    forest classroom city street kitchen night sunset day rain snow blue_sky cloudy_sky cloud full_moon
    cherry_blossoms petals white_background simple_background gradient_background from_below from_above
    from_side from_behind upper_body full_body cowboy_shot close-up portrait profile dutch_angle
    monochrome greyscale sketch comic chibi traditional_media speech_bubble english_text signature
    depth_of_field blurry_background window table chair bed pillow tree grass water mountain river
    building bench lantern candle teapot cake apple cat dog bird horse butterfly robot dragon car airplane
    scenery still_life maid witch elf cat_girl magical_girl sisters masterpiece highres score_9
    star_(symbol) english_commentary
    """,
)
_GLUE = Counter(
    dict.fromkeys(
        re.findall(
            r"\w+",
            """a an the and with who that is are she he they her his their it its in at on by under
            among against near series are details actions
            amid from one of least differ outfits include them wearing holding shown seen there
            wears holds has painted made drawn also visible together
            view one two three several group crowd girl girls boy boys
            scene picture something of person people other character characters sight no solo both some
            hand alone for to outside length color can be seen people
            as well things do other these were has""",
        ),
        1_000_000,
    )
)
_EXTRA = {
    "smile": ["smiling"],
    "grin": ["grinning"],
    "blush": ["blushing"],
    "holding": ["something"],
    "1other": ["person"],
    "adjusting_eyewear": ["glasses", "sunglasses"],
    "reading": ["book"],
}
_UNSAID = frozenset(("masterpiece", "highres", "score_9", "english_commentary", "signature"))
_COUNTS = re.compile(r"(\d\+?|multiple_)(girl|boy|other)s?|solo")
# Of several a draft leaves out what only one of them can have.
_OF_SEVERAL = re.compile(r"[2-9]\+?\w+s|[1-9]\+\w+|multiple_\w+|\w+_and_\w+|couple|duo|1boy|1other|sisters")
_unknown_words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=8).map("zqa{}o".format)
_tag_lists = st.lists(
    st.sampled_from(_VOCABULARY) | _unknown_words, min_size=1, max_size=40, unique=True
).filter(lambda tags: not _UNSAID.issuperset(tags))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def _stem(word: str) -> str:
    """Cut an ending and the doubled letter before it: grinning ─▶ grin."""
    return re.sub(r"(\w)\1$", r"\1", re.sub(r"(?:ing|ed|es|s|e|y|ies)$", "", word)) or word


def _said_words(tag: str) -> list[str]:
    """The words a tag may put into a caption: its own, and those that the lists say for it."""
    return list(
        dict.fromkeys([*_words(tag.replace("_", " ")), *_words(role_of(tag).phrase), *_EXTRA.get(tag, [])])
    )


@given(_tag_lists)
def test_every_tag_that_is_not_meta_is_said_of_one(tags: list[str]) -> None:
    tags = [tag for tag in tags if not _OF_SEVERAL.fullmatch(tag)]
    if _UNSAID.issuperset(tags):
        return
    stems = {_stem(word) for word in _words(compose(tags, {}))}
    # Who is holding cherry blossoms is holding a flower.
    stems |= {_stem(broader) for tag in tags for broader in broader_tags(tag)}
    for tag in tags:
        if tag in _UNSAID or _COUNTS.fullmatch(tag) or any(tag in broader_tags(other) for other in tags):
            continue
        tag = re.sub("(^|_)eyewear", r"\1glasses", tag.replace("_own_", "_"))
        if tag == "holding" or role_of(tag).slot == "frame":
            continue  # What is held is named too, and scenery around somebody tells nothing.
        if tag == "no_humans" and any(map(_COUNTS.fullmatch, tags)):
            continue  # Robots, for example, are counted as characters.
        if {"indoors", "outdoors"}.issubset(tags) and tag in ("indoors", "outdoors"):
            continue  # Nobody is both.
        if {"no_humans", "still_life"}.intersection(tags) and role_of(tag).slot in ("pose", "act"):
            continue  # In a picture of things nothing stands or walks.
        tag = tag.replace("humans", "people")
        own = _words(tag.replace("_", " ")) if re.search("[a-z]{2}", tag) else _words(role_of(tag).phrase)
        # "a pleated miniskirt" says skirt.
        missing = {word for word in own if not any(_stem(word) in said for said in stems) and len(word) > 1}
        assert not missing, (tag, missing)


@given(_tag_lists)
def test_no_word_is_said_more_often_than_the_tags_say_it(tags: list[str]) -> None:
    said_by_another = {tag for tag in tags for other in tags if tag in broader_tags(other)}
    allowed = Counter(
        chain.from_iterable(map(_stem, _said_words(tag)) for tag in {*tags} - said_by_another - _UNSAID)
    )
    allowed.update({_stem(word): count for word, count in _GLUE.items()})
    said = Counter(map(_stem, _words(compose(tags, {}))))
    assert not said - allowed


def test_a_tag_that_another_one_says_adds_nothing() -> None:
    pairs = [(tag, other) for tag in _VOCABULARY for other in _VOCABULARY if tag in broader_tags(other)]
    assert len(pairs) > 20
    for tag, other in pairs:
        assert compose(["1boy", tag, other], {}) == compose(["1boy", other], {})


@given(_tag_lists)
def test_a_caption_is_clean_prose(tags: list[str]) -> None:
    caption = compose(tags, {})
    assert caption.endswith(".")
    assert 1 <= caption.count(". ") + 1 <= 10
    assert caption[0].isupper() or caption[0].isdigit()
    assert not re.search(r"  | ,|,,| \.|\.\.|_|[{}]|\n|, and ,|^\s|\ba a\b|\ban? the\b", caption)
    assert caption.count("(") == caption.count(")")


@given(_tag_lists)
def test_two_girls_are_not_one_girl(tags: list[str]) -> None:
    counted = [tag for tag in tags if not _COUNTS.fullmatch(tag) and not tag.endswith("girl")]
    caption = compose([*counted, "2girls"], {})
    assert "wo girls" in caption
    assert not re.search(r"\b(?:a girl|[Ss]he|her|[Hh]e|his)\b", caption)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=12))
def test_no_tag_however_odd_breaks_the_composer(tags: list[str]) -> None:
    assert compose([*tags, "1girl"], {}).endswith(".")


_ODD_TAGS = st.one_of(st.text(min_size=1, max_size=12), st.text("_a0(.", min_size=1, max_size=3))


@given(
    st.dictionaries(_ODD_TAGS, st.sampled_from(["", "general", *_CATEGORIES]), max_size=3),
    st.sampled_from(["", "1girl", "2boys", "no_humans", "duo"]),
)
def test_odd_names_and_series_are_said_or_leave_nothing_to_say(odd: dict[str, str], who: str) -> None:
    with suppress(ItemError):
        assert compose([who, *odd], odd).endswith(".")


_FRIEREN = {
    "frieren": "character",
    "fern_(sousou_no_frieren)": "character",
    "stark_(sousou_no_frieren)": "character",
    "sousou_no_frieren": "copyright",
}


def _composed(tags: str, categories: dict[str, str], traits: dict[str, str]) -> str:
    owned = {character: theirs.split() for character, theirs in traits.items()}
    return compose([*categories, *tags.split()], categories, owned)


def test_traits_of_a_character_are_said_of_no_other() -> None:
    tags = "2girls 1boy white_hair twintails purple_hair red_hair short_hair long_hair green_eyes elf forest"
    traits = {
        "frieren": "white_hair twintails green_eyes elf",
        "fern_(sousou_no_frieren)": "purple_hair",
        "stark_(sousou_no_frieren)": "red_hair short_hair 1boy",
    }
    assert _composed(tags, _FRIEREN, traits) == (
        "Frieren, an elf with white hair in twintails and green eyes, Fern with purple hair, and Stark, "
        "a boy with short red hair, are seen together. The two girls and the boy from Sousou no Frieren are "
        "in a forest."
    )


def test_a_couple_of_whom_each_was_told_is_not_counted_again() -> None:
    categories = {"link": "character", "princess_zelda": "character"}
    traits = {"link": "1boy tunic sword holding_sword", "princess_zelda": "1girl dress"}
    tags = "1girl 1boy tunic dress sword holding_sword couple blonde_hair"
    assert _composed(tags, categories, traits) == (
        "Link, a boy with a tunic, holding a sword, and Princess Zelda, a girl with a dress, are seen "
        "together. They are a couple. Visible details include blonde hair."
    )


def test_names_that_nothing_counts_are_told_without_a_gap() -> None:
    categories = {"frieren": "character", "saber": "character"}
    assert _composed("group vampire standing", categories, {"frieren": "vampire"}) == (
        "Frieren, a vampire, and Saber, are seen together. They, a group, are standing."
    )
    assert _composed("duo vampire standing", categories, {"frieren": "vampire"}).endswith(
        "They, a duo, are standing."
    )


def test_what_is_left_of_hair_and_animals_is_given_to_nobody() -> None:
    categories = {"kamado_tanjirou": "character", "kamado_nezuko": "character"}
    traits = {"kamado_tanjirou": "1boy red_eyes", "kamado_nezuko": "1girl black_hair crow"}
    assert _composed("1girl 1boy black_hair orange_hair red_eyes crow forest", categories, traits) == (
        "Kamado Tanjirou, a boy with red eyes, and Kamado Nezuko, a girl with black hair, are seen together. "
        "They are in a forest. Visible details include a crow and orange hair."
    )


def test_traits_of_characters_that_are_not_in_the_picture_change_nothing() -> None:
    tags, categories = "2girls smile black_hair", {"hakurei_reimu": "character", "touhou": "copyright"}
    without = _composed(tags, categories, {})
    assert _composed(tags, categories, {"frieren": "black_hair"}) == without


def test_nothing_says_the_gender_of_a_character_but_a_tag() -> None:
    caption = compose(["hatsune_miku", "smile", "arms_behind_back"], {"hatsune_miku": "character"})
    assert caption == "Hatsune Miku is smiling, with their arms behind their back."


@pytest.mark.parametrize(
    "tags", [[], ["highres", "masterpiece"], [""], ["someone"], ["the"], ["0girls"], ["_"], ["__"]]
)
def test_without_anything_to_say_the_picture_fails_with_a_reason(tags: list[str]) -> None:
    with pytest.raises(ItemError) as failure:
        compose(tags, {"someone": "artist", "__": "character"})
    assert failure.value.reason == "no tags to compose from"


@pytest.mark.parametrize("more", ["", "+"])
def test_a_number_of_thousands_of_digits_is_said_as_it_is_written(more: str) -> None:
    assert compose([f"{'9' * 5000}{more}girls"], {}).startswith("9" * 5000)


def test_a_tag_given_twice_is_said_once() -> None:
    assert compose(["1girl", "hat", "hat", "1girl"], {}) == "A girl wears a hat."


def test_a_known_category_outweighs_the_lists() -> None:
    assert compose(["safe"], {"safe": "character"}) == "Safe."


def test_a_thousand_tags_are_said() -> None:
    tags = [f"thing{chr(97 + number // 26)}{chr(97 + number % 26)}o" for number in range(500)] + [
        f"kind{number}_dress" for number in range(500)
    ]
    words = Counter(_words(compose(["1girl", *tags], {})))
    assert all(words[tag.split("_")[0]] == 1 for tag in tags)


def test_the_order_of_sets_does_not_change_a_caption() -> None:
    program = (
        "from composer import compose; print(compose('2girls long_hair :d red_hair blue_sky'.split(), {}))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=_ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(_ROOT)},
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_each_tag_and_each_noun_has_one_slot() -> None:
    slots = json.loads((_ROOT / "composer" / "words.json").read_text(encoding="utf-8"))["slots"]
    for kind in ("tags", "heads"):
        listed = Counter(word for entry in slots.values() for word in " ".join(entry.get(kind, [])).split())
        assert [word for word, times in listed.items() if times > 1] == []


def test_rules_have_no_mistyped_keys_and_slots() -> None:
    rules = json.loads((_ROOT / "composer" / "rules.json").read_text(encoding="utf-8"))
    keys = {"why", "of", "phrases", "nouns", "bare", "but", "if", "unless", "to", "as"}
    slots = {*lists().form, "mark", "rest"}
    for rule in chain.from_iterable(rules.values()):
        conditions = " | ".join([*rule.get("if", ()), *rule.get("unless", ())])
        asked = re.findall(r"(?:^| )(\w+)(?:: | [~>] )", re.sub(r"~ [^|]+", "~ ", conditions))
        assert rule.keys() <= keys, rule
        assert {*rule["of"].split(), rule.get("to", "thing"), *asked} <= slots, rule


def test_every_slot_of_the_lists_is_said_somewhere() -> None:
    slots = json.loads((_ROOT / "composer" / "words.json").read_text(encoding="utf-8"))["slots"]
    unsaid = {
        slot
        for slot, entry in slots.items()
        for tag in list(entry.get("phrases", {}))[:3]
        if not _said_with_a_girl(tag)
    }
    assert unsaid == set()


def _said_with_a_girl(tag: str) -> bool:
    return compose(["1girl", tag], {}) != "A girl." or role_of(tag).slot in ("alone", "empty")


@in_one_test(
    ("tag", "phrase"),
    [
        ("m16", "an m16"),
        ("umbrella", "an umbrella"),
        ("uniform", "a uniform"),
        ("hourglass", "an hourglass"),
        *(("umbrella", "an umbrella"), ("uniform", "a uniform"), ("unusual_hat", "an unusual hat")),
        *(("utensil", "a utensil"), ("one-piece_swimsuit", "a one-piece swimsuit"), ("onsen", "an onsen")),
        *(("eyepatch", "an eyepatch"), ("european_castle", "a European castle"), ("o-ring", "an o-ring")),
        *(("m16", "an m16"), ("t-shirt", "a T-shirt"), ("heirloom", "an heirloom"), ("house", "a house")),
        ("european_dress", "a European dress"),
        ("bus", "a bus"),
        ("canvas", "a canvas"),
        ("glasses", "glasses"),
        ("black_dress", "a black dress"),
        ("cat_on_lap", "a cat on the lap"),
        ("own_hair", "{her} hair"),
        ("another's_hand", "another's hand"),
        ("each_other", "each other"),
    ],
)
def test_articles_and_plurals(tag: str, phrase: str) -> None:
    assert noun_phrase(tag) == phrase


@pytest.mark.parametrize("tag_file", sorted((_ROOT / "images").glob("*.txt")), ids=lambda path: path.stem)
def test_a_draft_of_a_shipped_picture_would_be_accepted_of_a_model_too(tag_file: Path) -> None:
    tags = [canonical(tag) for tag in split_tags(tag_file.read_text(encoding="utf-8"))]
    draft = compose(tags, {})
    assert clean(draft, "stop", Form()) == draft


@pytest.mark.parametrize(
    "given_tags",
    [
        "character:hatsune_miku, character:ganyu, copyright:vocaloid, 2girls",
        "character:hatsune_miku, copyright:vocaloid, copyright:pokemon, 1girl, teapot",
        "scenery, river, whipped_cream",
    ],
)
def test_no_draft_talks_about_the_picture_itself(given_tags: str) -> None:
    draft = compose(*_parsed(given_tags))
    assert clean(draft, "stop", Form()) == draft
