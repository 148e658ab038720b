"""Every form in which programs and people write tags: what is read of it, and that it judges its picture."""

from __future__ import annotations

import json
import time

import pytest

from dataset.admission import admitted, name_filter
from dataset.pictures import TagList
from dataset.tag_files import TagFile
from dataset.tag_parsing import LARGEST_FILE, read_tags
from errors import ExcludedError, ItemError
from settings import TagsSettings
from tests.cases import in_one_test

INFOTEXT = """1girl, solo, long hair, smile
Negative prompt: lowres, bad anatomy, extra fingers
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 123, Size: 512x512, Model: foo
"""

READ = {
    "Gelbooru's entities": (
        "a.png.json",
        '{"tags": "1girl jeanne_d&#039;arc_(fate) hand_on_another&#039;s_head &gt;:) &lt;3"}',
        ("1girl", "jeanne_d'arc_(fate)", "hand_on_another's_head", ">:)", "<3"),
    ),
    "entities in a text": ("b.txt", "1girl, jeanne d&#039;arc, &gt;_&lt;", ("1girl", "jeanne_d'arc", ">_<")),
    "entities escaped twice": ("b.txt", "1girl, jeanne d&amp;#039;arc", ("1girl", "jeanne_d'arc")),
    "the webui's infotext": ("a.txt", INFOTEXT, ("1girl", "solo", "long_hair", "smile")),
    "infotext without a negative prompt": (
        "b.txt",
        "1girl, solo\nSteps: 20, Sampler: Euler a, Seed: 1",
        ("1girl", "solo"),
    ),
    "infotext in JSON": (
        "a.json",
        json.dumps({"parameters": INFOTEXT}),
        ("1girl", "solo", "long_hair", "smile"),
    ),
    "a generator's JSON": (
        "a.json",
        '{"prompt": "(1girl:1.2), smile", "negative_prompt": "lowres", "steps": 20}',
        ("1girl", "smile"),
    ),
    "a booru's line behind a trigger": (
        "a.txt",
        "mychar, 1girl solo long_hair blue_eyes smile",
        ("mychar", "1girl", "solo", "long_hair", "blue_eyes", "smile"),
    ),
    "a booru's line before a comma": (
        "b.txt",
        "1girl long_hair blue_eyes,",
        ("1girl", "long_hair", "blue_eyes"),
    ),
    "names of two words": (
        "b.txt",
        "hatsune miku_(vocaloid), long hair",
        ("hatsune_miku_(vocaloid)", "long_hair"),
    ),
    "scores behind a colon": ("a.txt", "1girl: 0.98, long hair: 0.91", ("1girl", "long_hair")),
    "scores behind a colon without a space": ("a.txt", "1girl:0.98, hat:1.0", ("1girl", "hat")),
    "scores in brackets": ("a.txt", "1girl (0.98), long hair (0.9)", ("1girl", "long_hair")),
    "scores in per cent": ("a.txt", "1girl: 98%, long hair: 91.5%", ("1girl", "long_hair")),
    "scores behind a space": ("a.txt", "long hair 0.98\nblue eyes 0.5", ("long_hair", "blue_eyes")),
    "scores before tags": ("a.txt", "0.98 long hair, 0.91 blue eyes", ("long_hair", "blue_eyes")),
    "DeepDanbooru's lines": (
        "b.txt",
        "(0.998) 1girl\n(0.91) long_hair\n(0.88) smile\n",
        ("1girl", "long_hair", "smile"),
    ),
    "a table with a heading": (
        "c.csv",
        "tag,category,score\n1girl,general,0.98\nhatsune miku,character,0.91\n",
        ("1girl", "hatsune_miku"),
    ),
    "a table with decimal commas": ("c.csv", "1girl;0,98\nlong hair;0,9\n", ("1girl", "long_hair")),
    "a table with scores first": ("c.csv", "0.98,1girl\n0.91,long hair\n", ("1girl", "long_hair")),
    "a table in a text": ("c.txt", "1girl, 0.98\nlong hair, 0.91\n", ("1girl", "long_hair")),
    "numbers that are no scores": (
        "a.txt",
        "reverse:1999, 2023, :3, 2girls",
        ("reverse:1999", "2023", ":3", "2girls"),
    ),
    "Zerochan's namespaces": (
        "a.png.json",
        '{"tags": ["Theme:Blue Hair", "Mangaka:Foo Bar", "Character:Hatsune Miku", "Game:Vocaloid"]}',
        ("blue_hair", "foo_bar", "hatsune_miku", "vocaloid"),
    ),
    "bare colons": (
        "c.png.json",
        '{"tags": [":Hatsune Miku", ":Twin Tails", ":d"]}',
        ("hatsune_miku", "twin_tails", ":d"),
    ),
    "E-Hentai's namespaces": (
        "c.json",
        '{"tags": ["female:ponytail", "parody:vocaloid", "group:foo", "language:english"]}',
        ("ponytail", "vocaloid", "foo", "english"),
    ),
    "a tagger's scores": ("a.json", '{"1girl": 0.98, "long_hair": 0.9}', ("1girl", "long_hair")),
    "scores by category": (
        "a.json",
        '{"rating": {"general": 0.9}, "general": {"1girl": 0.98}, "character": {"miku": 0.9}}',
        ("1girl", "miku"),
    ),
    "scores by category below tags": ("a.json", '{"tags": {"general": {"1girl": 0.98}}}', ("1girl",)),
    "lists by category beside other things": (
        "a.json",
        '{"general": ["1girl"], "series": {"id": 3}, "description": "a text", "width": 1}',
        ("1girl",),
    ),
    "lists by category": ("a.json", '{"general": ["1girl"], "character": ["miku"]}', ("1girl", "miku")),
    "pairs": ("c.json", '{"tags": [["1girl", 0.98], ["solo", 0.9]]}', ("1girl", "solo")),
    "labels": (
        "c.json",
        '[{"label": "1girl", "score": 0.9}, {"label": "solo", "score": 0.8}]',
        ("1girl", "solo"),
    ),
    "Sankaku's objects": (
        "a.json",
        '{"tags":[{"tagName":"long_hair","type":0},{"tagName":"hatsune_miku","type":4},{"tagName":"foo","type":1}]}',
        ("long_hair", "hatsune_miku", "foo"),
    ),
    "Pixiv's translations": (
        "a.json",
        '{"tags": [{"name": "背景", "translated_name": "background"}]}',
        ("background",),
    ),
    "Pixiv without a translation": (
        "a.json",
        '{"tags": [{"name": "背景", "translated_name": null}]}',
        ("背景",),
    ),
    "translations by language": (
        "a.json",
        '{"tags": [{"tag": "背景", "translation": {"en": "background"}}]}',
        ("background",),
    ),
    "PixivUtil2": ("b.json", '{"Tags": ["1girl", "solo"]}', ("1girl", "solo")),
    "Hydrus with a comma": (
        "a.png.txt",
        "1girl\ntitle:hello, world\nlong hair\npage:3\nfilename:img_001.png\nsource:http://x.example/a, b\n",
        ("1girl", "long_hair"),
    ),
    "Hydrus's JSON with a comma": (
        "a.png.json",
        '["1girl", "title:hello, world", "long hair"]',
        ("1girl", "long_hair"),
    ),
    "lines of which one has several tags": (
        "a.txt",
        "masterpiece, best quality\n1girl\nsolo\nlong hair\n",
        ("masterpiece", "best_quality", "1girl", "solo", "long_hair"),
    ),
    "semicolons": ("a.txt", "1girl; solo; long hair; smile", ("1girl", "solo", "long_hair", "smile")),
    "semicolons without spaces": ("a.txt", "1girl;solo;long hair", ("1girl", "solo", "long_hair")),
    "semicolons that are part of names": (
        "a.txt",
        "steins;gate chaos;head solo long_hair",
        ("steins;gate", "chaos;head", "solo", "long_hair"),
    ),
    "bars": ("a.txt", "1girl | solo | long hair", ("1girl", "solo", "long_hair")),
    "slashes": ("a.txt", "1girl / solo / fate/zero", ("1girl", "solo", "fate/zero")),
    "tabs": ("a.txt", "1girl\tsolo\tlong hair", ("1girl", "solo", "long_hair")),
    "full stops": ("a.txt", "1girl. solo. long hair.", ("1girl", "solo", "long_hair")),
    "Arabic commas": ("a.txt", "1girl، solo، long hair", ("1girl", "solo", "long_hair")),
    "list marks": ("b.txt", "- 1girl\n- solo\n- long hair\n", ("1girl", "solo", "long_hair")),
    "numbered lines": ("b.txt", "1. 1girl\n2. solo\n", ("1girl", "solo")),
    "a list of Python": ("c.txt", "['1girl', 'solo', \"jeanne d'arc\"]", ("1girl", "solo", "jeanne_d'arc")),
    "a list of JSON in a text": ("c.txt", '["1girl", "solo"]', ("1girl", "solo")),
    "weights that look like lists": ("c.txt", "[1girl], {solo}, [[hat]]", ("1girl", "solo", "hat")),
    "hashtags": ("c.txt", "#1girl #solo #long_hair", ("1girl", "solo", "long_hair")),
    "hashtags with commas": ("c.txt", "#1girl, #solo", ("1girl", "solo")),
    "one name with a hash": ("c.txt", "#compass, 1girl", ("#compass", "1girl")),
    "a heading": ("c.txt", "Tags: 1girl, solo", ("1girl", "solo")),
    "a long name": ("c.txt", f"1girl, {'la' * 90}, solo", ("1girl", "solo")),
    "sentences behind tags": (
        "c.txt",
        "1girl, solo, A girl is standing in the field, looking up at the sky.",
        ("1girl", "solo"),
    ),
    "sentences before tags": ("c.txt", "A girl is standing in a field.\n1girl, solo", ("1girl", "solo")),
    "a sentence before tags in one line": (
        "c.txt",
        "A girl is standing in a field. 1girl, solo",
        ("1girl", "solo"),
    ),
}

CATEGORIES = [
    (
        "Zerochan's namespaces",
        {"blue_hair": "general", "foo_bar": "artist", "hatsune_miku": "character", "vocaloid": "copyright"},
    ),
    (
        "E-Hentai's namespaces",
        {"ponytail": "general", "vocaloid": "copyright", "foo": "artist", "english": "meta"},
    ),
    ("Sankaku's objects", {"long_hair": "general", "hatsune_miku": "character", "foo": "artist"}),
    ("scores by category", {"1girl": "general", "miku": "character"}),
    ("a table with a heading", {"1girl": "general", "hatsune_miku": "character"}),
]


def file(name: str, content: str) -> TagFile:
    return TagFile(name, content.encode("utf-8"))


def come_in(*candidates: TagFile, further: tuple[TagFile, ...] = ()) -> TagList:
    return admitted(candidates, further, name_filter(TagsSettings()))


@in_one_test("form", READ)
def test_every_form_of_tag_file_is_read(form: str) -> None:
    name, content, tags = READ[form]
    assert read_tags(content, name).tags == tags


@pytest.mark.parametrize(("form", "categories"), CATEGORIES)
def test_categories_are_told_apart_in_every_form_that_tells_them(
    form: str, categories: dict[str, str]
) -> None:
    name, content, _ = READ[form]
    assert read_tags(content, name).categories == categories


# Words of which each alone says nothing: one names a minor, the other is sexual. "young" does so only as a
# whole tag, so the form has to be taken apart.
JUDGED = {
    "entities": ("a.txt", "l&#111;li, n&#117;de"),
    "entities in JSON": ("a.json", '{"tags": "l&#111;li n&#117;de"}'),
    "infotext": ("a.txt", "young, nude\nNegative prompt: hat\nSteps: 20, Sampler: x"),
    "a booru's line behind a trigger": ("a.txt", "mychar, solo long_hair young nude"),
    "scores": ("a.txt", "young: 0.98, nude: 0.9"),
    "scores in brackets": ("a.txt", "(0.91) young\n(0.9) nude"),
    "a table": ("a.csv", "tag,category,score\nyoung,general,0.98\nnude,general,0.91\n"),
    "a table whose other columns have tags": ("a.csv", "1girl,young,0.98\nsolo,nude,0.91\n"),
    "namespaces": ("a.txt", "theme:young, female:nude"),
    "namespaces that are no tags": ("a.txt", "1girl\ntitle:a loli\npage:3\nsource:nude\nsolo"),
    "namespaces in JSON that are no tags": ("a.json", '["1girl", "title:a loli, x", "source:nude"]'),
    "a tagger's JSON": ("a.json", '{"young": 0.98, "nude": 0.9}'),
    "lists by category": ("a.json", '{"general": ["young", "nude"]}'),
    "pairs": ("a.json", '{"tags": [["young", 0.98], ["nude", 0.9]]}'),
    "Sankaku's objects": ("a.json", '{"tags":[{"tagName":"young","type":0},{"tagName":"nude","type":0}]}'),
    "a translation": ("a.json", '{"tags": [{"name": "背景", "translated_name": "loli"}, {"name": "nude"}]}'),
    "a name that is translated": (
        "a.json",
        '{"tags": [{"name": "ロリ", "translated_name": "x"}, {"name": "nude"}]}',
    ),
    "capital keys": ("a.json", '{"Tags": ["young", "nude"]}'),
    "a prompt": ("a.json", '{"prompt": "young, nude"}'),
    "semicolons": ("a.txt", "young; nude; hat"),
    "bars": ("a.txt", "young|nude|long hair"),
    "slashes": ("a.txt", "young / nude / hat"),
    "full stops": ("a.txt", "young. nude. hat."),
    "list marks": ("a.txt", "- young\n- nude"),
    "a list of Python": ("a.txt", "['young', 'nude']"),
    "JSON in a text": ("a.txt", '{"tags": ["\\u0079oung"], "rating": {"explicit": 0.97}}'),
    "hashtags": ("a.txt", "#young #nude"),
    "a heading": ("a.txt", "tags: young, nude"),
    "a name that is too long": ("a.txt", f"1girl, {'a loli ' * 30}, nude"),
    "a sentence beside tags": ("a.txt", "1girl, solo, A loli is standing in the field, and she is nude."),
    "sentences alone": ("a.txt", "A loli is standing in the field. She is nude."),
    "a rating in a namespace": ("a.txt", "young, meta:rating:e"),
    "a rating with an underscore": ("a.txt", "young, hat, rating_explicit"),
    "a rating of a tagger": ("a.json", '{"young": 0.9, "rating": {"explicit": 0.97, "general": 0.01}}'),
    "x_restrict of Pixiv": ("pixiv.png.json", '{"tags":["child","solo"],"x_restrict":1}'),
    "rating_name of Inkbunny": ("a.json", '{"tags":["child"],"rating_id":"2","rating_name":"Adult"}'),
    "scores of ratings": ("a.json", '{"tags":["child","solo"],"rating":{"explicit":0.97,"general":0.03}}'),
}


@in_one_test("form", JUDGED)
def test_every_form_excludes_a_picture_wherever_it_stands(form: str) -> None:
    name, content = JUDGED[form]
    harmless = file("b.txt", "1girl, solo")
    for candidates, further in (
        ([file(name, content)], ()),
        ([harmless, file(name, content)], ()),
        ([harmless], (file(name, content),)),
    ):
        with pytest.raises(ExcludedError):
            come_in(*candidates, further=further)


def test_a_rating_under_another_key_tells_templates_that_the_picture_is_sexual() -> None:
    for key, value in (
        ("x_restrict", 1),
        ("rating_name", "Adult"),
        ("is_mature", True),
        ("rating", ["explicit"]),
    ):
        assert come_in(file("a.json", json.dumps({"tags": ["1girl"], key: value}))).explicit, key


def test_two_files_of_a_picture_are_judged_together() -> None:
    with pytest.raises(ExcludedError):
        come_in(file("a.txt", "1girl, young"), file("a.png.json", '{"tags": [["nude", 0.9]]}'))
    with pytest.raises(ExcludedError):
        come_in(file("a.txt", "1girl, nude"), further=(file("a.json", '{"young": 0.9}'),))


def test_of_several_files_the_first_that_holds_tags_is_used_and_others_tell_categories() -> None:
    post = file("a.png.json", '{"tags_artist": ["foo"], "tags": ["1girl", "foo", "hat"]}')
    caption = file("a.txt", "A girl is standing in a field, and she wears a hat.")
    found = come_in(caption, post)
    assert found.tags == ("1girl", "foo", "hat")
    assert found.categories == {"foo": "artist"}
    curated = come_in(file("a.txt", "1girl, foo"), post)
    assert (curated.tags, curated.categories) == (("1girl", "foo"), {"foo": "artist"})


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("A girl is standing in a field.", "", "tag file is sentences"),
        ("", "A girl is standing in a field.", "empty tag file"),
        ("1girl", "\0", "tag file is not text"),
    ],
)
def test_where_no_file_holds_tags_or_one_cannot_be_judged_the_picture_fails(
    first: str, second: str, reason: str
) -> None:
    with pytest.raises(ItemError) as refused:
        come_in(file("a.txt", first), file("a.caption", second))
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        *(
            ("a.txt", unit)
            for unit in ("&#", "&amp;", "- a\n", "'a',", "['", "#a ", "a; ", "a|", " / ", "tags:", "A is. ")
        ),
        *(
            ("a.txt", unit)
            for unit in ("0.9 ", "(0.9) a,", "a:0.9,", "a\t0.9\n", "Steps: ", "a. ", "A a is b, ", " \t")
        ),
        *(("a.csv", unit) for unit in ("tag,score\n", "a;0,9\n", '"a', "a,b,c\n")),
        *(("a.json", unit) for unit in ('{"tags":{"a":', '[["a",0.9],')),
    ],
)
def test_a_hostile_file_takes_time_in_proportion_to_its_size(name: str, unit: str) -> None:
    # It takes a quarter of a second of processor time; were one step quadratic, it would be many seconds.
    started = time.process_time()
    try:
        come_in(file(name, unit * (LARGEST_FILE // 16 // len(unit))))
    except ItemError as refused:
        assert refused.reason in ("broken tag file", "empty tag file", "tag file is sentences")
    assert time.process_time() - started < 4
