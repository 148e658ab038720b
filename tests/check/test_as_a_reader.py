"""Where words alone mislead: names, titles, trades, colours away from their noun; and what captions add."""

import pytest

from check import Coverage, check
from tests.cases import in_one_test

CATEGORIES = {
    "frieren": "character",
    "sousou_no_frieren": "copyright",
    "alice_(alice_in_wonderland)": "character",
    "alice_in_wonderland": "copyright",
    "uzumaki_naruto": "character",
    "naruto": "copyright",
    "little_red_riding_hood": "character",
    "ruby_rose": "character",
    "cloud_strife": "character",
    "hirasawa_yui": "character",
    "ram_(re:zero)": "character",
    "rem_(re:zero)": "character",
    "kagamine_rin": "character",
    "matoi_ryuuko": "character",
    "kinomoto_sakura": "character",
    "cardcaptor_sakura": "copyright",
}


def found(caption: str, tags: str) -> Coverage:
    return check(caption, tags.split(), CATEGORIES)


@in_one_test(
    ("caption", "tags"),
    [
        ("Frieren from Sousou no Frieren sits on a log.", "frieren sousou_no_frieren sitting"),
        ("frieren from sousou no frieren sits on a log", "frieren sousou_no_frieren sitting"),
        ("A girl from Kimetsu no Yaiba stands and smiles.", "standing smile"),
        ("A girl with no hat smiles.", "smile"),
        ("An otoko no ko smiles.", "otoko_no_ko smile"),
        ("Alice from Alice in Wonderland", "alice_(alice_in_wonderland) alice_in_wonderland"),
        ("Naruto runs.", "uzumaki_naruto"),
        ("Ruby stands in the rain.", "ruby_rose rain"),
        ("Yui holds a guitar while Rin and Rem clap.", "hirasawa_yui kagamine_rin rem_(re:zero)"),
        ("A schoolgirl winks.", "1girl"),
        ("A couple dances in the hall.", "1girl 1boy couple"),
        ("A trio of girls walks home.", "3girls"),
        ("A girl with a pink bob smiles.", "pink_hair"),
        ("Her pink drill curls bounce.", "pink_hair"),
        ("Her hair shades from teal to rose.", "aqua_hair pink_hair"),
        ("Her white hair shades into green at the tips.", "white_hair green_hair"),
        ("A girl, whose eyes and hair are both red.", "red_eyes red_hair"),
        ("Her eyes glow red.", "red_eyes"),
        ("Her eyes are as red as her dress.", "red_eyes red_dress"),
        ("She wears a blouse and a skirt, both black.", "black_shirt black_skirt"),
        ("His robe and his peaked hat are blue.", "blue_robe"),
        ("The sky above is clear and bright blue.", "blue_sky"),
        ("Two wings of white feathers rise from her back.", "white_wings"),
        ("A ginger cat sleeps.", "orange_fur"),
        ("On a cold night a witch crosses the sky.", "night_sky"),
        ("Her hat is sewn with stars.", "star_print"),
        ("A misty valley, a foggy road", "mist fog"),
        ("His arm is wrapped in bandages.", "bandaged_arm"),
        ("Torn jeans, a bushy tail, wings made of metal", "ripped_jeans fluffy_tail mechanical_wings"),
        ("Two red tails of hair stick out.", "red_hair"),
        ("A dragon sleeps. Its wings are spread.", "dragon_wings"),
        ("Ryuko runs.", "matoi_ryuuko"),
        ("An ornament shaped like leaves holds her hair.", "leaf_hair_ornament hair_ornament"),
        ("Driven by wind, two geese land; he has broken a loaf.", "goose"),
    ],
)
def test_what_a_reader_finds_in_a_caption_is_said(caption: str, tags: str) -> None:
    assert found(caption, tags).said == tuple(tags.split())


@pytest.mark.parametrize(
    ("caption", "tags"),
    [
        ("A girl from Sousou no Frieren holds a staff.", "frieren"),
        ("A girl in clothes of Alice in Wonderland", "alice_(alice_in_wonderland)"),
        ("A boy from Naruto runs.", "uzumaki_naruto"),
        ("Little Red Riding Hood carries a basket.", "hood hood_up"),
        ("A ruby red car stands in the rain.", "ruby_rose"),
        ("Clouds drift by, and a cloud hides the sun.", "cloud_strife"),
        ("A ram stands on the hill.", "ram_(re:zero)"),
    ],
)
def test_what_a_reader_does_not_find_is_missed(caption: str, tags: str) -> None:
    series = "sousou_no_frieren alice_in_wonderland naruto little_red_riding_hood"
    assert set(tags.split()) <= set(found(caption, f"{tags} {series}").missed)


@in_one_test(
    ("caption", "tags", "kinds"),
    [
        ("Yuno from Hidamari Sketch paints.", "1girl solo", {"unknown name"}),
        ("Yuno (Hidamari Sketch) paints.", "1girl solo", {"unknown name"}),
        ("Kagamine Rin dances with Kagamine Len.", "1girl solo kagamine_rin", {"unknown name"}),
        ("Kinomoto Sakura from Cardcaptor Sakura waves.", "1girl kinomoto_sakura cardcaptor_sakura", set()),
        ("Haruno Sakura from Cardcaptor Sakura waves.", "1girl kinomoto_sakura", {"unknown name"}),
        ("A girl sits in a hall of Sumeru from Genshin Impact.", "1girl solo", set()),
        ("Weeds crowd the rails of a small station.", "no_humans", set()),
        ("A pair of skates and a couple of cups lie there.", "no_humans", set()),
        ("A man-shaped statue stands in the square.", "no_humans", set()),
        ("The trio walks home.", "1girl solo", {"count"}),
        ("A trio of girls walks home.", "2girls", {"count"}),
        ("A couple dances in the hall.", "1girl solo", {"count"}),
        ("The first girl laughs; the second girl cries.", "1girl solo", {"count"}),
        ("Three girls sing to a crowd.", "4girls crowd", {"count"}),
        ("A knight stands on a hill. The girl has a sword.", "1girl solo", set()),
        ("She is a knight, dressed as a maid.", "1girl solo", set()),
        ("A swimmer rests, her hair wet.", "1girl solo", set()),
        ("A nurse smiles while a doctor stands next to her.", "1girl solo nurse", {"unsupported people"}),
        ("Behind her the drummer counts, and the bassist waits.", "1girl solo", {"unsupported people"}),
        ("A cowboy shoots.", "1girl solo", {"unsupported people"}),
        ("She is seen in a cowboy shot.", "1girl solo", set()),
        ("She lifts a knight over the chessboard, then a pawn of her chess set.", "1girl solo chess", set()),
        ("The audience cheers for her.", "1girl solo", {"unsupported people"}),
        ("A white ghost bobs beside her, and grey smoke curls up.", "1girl solo brown_hair", set()),
        ("Yukina has come up the hill.", "1girl solo", {"unknown name"}),
        ("In the arms of Marlene lies a cat.", "1girl solo", {"unknown name"}),
        ("Captain Harlow stands at the wheel.", "1boy solo", {"unknown name"}),
        ("Miles of sand. Flora and fauna. Rosemary in a pot, a Mercedes.", "1girl solo", set()),
        ("A street in Charlotte. Opera is art, and Tuna is fish.", "1girl solo", set()),
        ("Her eyes of pale gold shine.", "1girl solo blue_eyes", {"eye colour"}),
        ("Her hair is the colour of ripe persimmons.", "1girl solo blue_hair", {"hair colour"}),
        ("By the bed her irises are a pale gold.", "1girl solo blue_eyes", {"eye colour"}),
        ("Her eyes are emeralds.", "1girl solo blue_eyes", {"eye colour"}),
        ("Her eyes gleam like sapphires.", "1girl solo red_eyes", {"eye colour"}),
        ("Eyes like wet moss meet ours.", "1girl solo blue_eyes", {"eye colour"}),
        ("Her sapphire stare does not waver.", "1girl solo red_eyes", {"eye colour"}),
        ("Her one eye is of the coldest grey.", "1girl solo red_eyes", {"eye colour"}),
        ("His eyes are a cold steel blue beneath a frown.", "1boy solo yellow_eyes", {"eye colour"}),
        ("Her eyes behind the glasses are brown.", "1girl solo blue_eyes", {"eye colour"}),
        (
            "In the mirror her brown eyes meet ours.",
            "1girl reflection blue_eyes",
            {"eye colour"},
        ),
        ("Her hair, which falls to her waist, is jet black.", "1girl solo blonde_hair", {"hair colour"}),
        ("Her hair flies like a flame.", "1girl solo blonde_hair", set()),
        ("Purple irises fill a vase. Green eye shadow covers her lids.", "1girl solo red_eyes", set()),
        ("Her tail, scaled in gold, curls into the foam.", "1girl solo pink_hair", set()),
        ("The cub looks for its mother.", "no_humans bear", set()),
        ("All that an astronomer of ten could need lies by her.", "1girl solo", set()),
        ("Tired, Captain Elspeth Morrow sleeps.", "1girl solo", {"unknown name"}),
        ("Eyes of molten copper, rimmed with kohl", "1girl solo blue_eyes", {"eye colour"}),
        ("Ryuunosuke waters the plants.", "1boy solo", {"unknown name"}),
        ("Alphonse lies on his back.", "1boy solo frieren", {"unknown name"}),
        ("Alphonse lies on his back. Firelight falls on him.", "1boy solo frieren", {"unknown name"}),
        ("Firelight falls on her. Five cats sit there.", "1girl solo frieren cat", set()),
        ("She reads. An apprentice sweeps the floor.", "1girl solo", {"unsupported people"}),
        ("She reads. A knight sits here, she says.", "1girl solo", set()),
        ("Five sisters stand behind her.", "1girl solo", {"count", "unsupported people"}),
        ("The twins wave.", "1girl solo", {"count"}),
        ("Behind the frames, eyes of a mild, watery blue", "1boy solo green_eyes", {"eye colour"}),
        ("Her grandmother taught her to sew.", "1girl solo", set()),
        ("One is struck by her eyes: they are a deep indigo.", "1girl solo red_eyes", {"eye colour"}),
        ("Guts comes from the pages of Vinland Saga.", "1boy frieren genshin_impact", {"unknown name"}),
        ("Three witches dance.", "2girls", {"count"}),
        ("Three women: a nurse, a maid and a witch.", "3girls", set()),
        ("A robot waiter rolls by.", "no_humans robot", set()),
        ("Shampoo of Genshin Impact floats.", "1girl solo genshin_impact", {"unknown name"}),
        ("Fanart of Genshin Impact. Zero is a number, Opera is art.", "1girl solo genshin_impact", set()),
        ("One girl has red hair, the other green hair.", "2girls red_hair blue_hair", {"hair colour"}),
        ("One girl has red hair, the other green hair.", "2girls red_hair", set()),
        ("A girl wearing black hair in a bun, and a hat", "1girl black_hair", {"not worn"}),
        ("A boy dressed in a white background", "1boy white_background", {"not worn"}),
        ("She wears her hair long, and hair ornaments, an eye patch, sky blue jeans.", "1girl", set()),
        ("Her hair is worn in braids, her mane of hair dressed in a braid.", "1girl", set()),
        ("Wearing glasses, long hair flowing in the wind, she reads.", "1girl", set()),
        ("The gaze that drifts past us is a striking green.", "1girl blue_eyes", {"eye colour"}),
        ("Each of her eyes, which are a warm hazel brown, shines.", "1girl green_eyes", {"eye colour"}),
        ("There is a flash of green in her eyes.", "1girl blue_eyes", {"eye colour"}),
        ("Her eyes shimmer in shades of violet.", "1girl blue_eyes", {"eye colour"}),
        ("Her hair is cut short and as red as rust.", "1girl blue_hair", {"hair colour"}),
        ("A wolf with brown eyes howls.", "solo wolf anthro blue_eyes", {"eye colour"}),
        ("Her eyes are red from crying.", "1girl blue_eyes", set()),
        ("Her eyes shine in the golden light and rest on the green hills.", "1girl blue_eyes", set()),
        ("She lies in bed while a doctor takes her pulse.", "1girl solo", {"unsupported people"}),
        ("She haggles with a fishmonger.", "1girl solo", {"unsupported people"}),
        ("A lighthouse, its keeper waving from the gallery.", "no_humans", {"unsupported people"}),
        ("Beside the machine, two pilots wave.", "no_humans", {"unsupported people"}),
        ("A peddler with a tray has stopped; he listens.", "1boy solo", set()),
        ("He sings. A peddler with a tray has stopped.", "1boy solo", {"unsupported people"}),
        ("Two brothers splash. Their grandfather watches.", "2boys", {"unsupported people"}),
        ("A third boy joins the two at the table.", "2boys", {"count"}),
        ("A nurse and a patient sit there; the two women laugh.", "2girls", set()),
        ("One girl sings, one plays the drums and one dances.", "3girls", set()),
        ("On the wall hangs a portrait of an old man.", "1girl solo", set()),
        ("Behind them Oikawa Tooru claps.", "2boys", {"unknown name"}),
        ("Misty and Brock wave.", "1girl", {"unknown name"}),
        ("A girl reads as Himmel watches.", "1girl solo", {"unknown name"}),
        ("She reads. Thranduil watches from the oak.", "1girl solo", {"unknown name"}),
        ("She reads. Gary Oak leans on a tree, Mount Fuji gleams.", "1girl solo", {"unknown name"}),
        ("She hands over a cup. A customer waits.", "1girl solo", {"unsupported people"}),
        ("A customer waits.", "1girl solo", set()),
        ("By now a dozen skaters circle around her.", "1girl solo", {"unsupported people"}),
        ("A row of soldiers stands behind her.", "1girl solo", {"unsupported people"}),
        ("The patrons of the bar stare at her.", "1girl solo", {"unsupported people"}),
        ("Fishermen mend their nets on the quay.", "no_humans", {"unsupported people"}),
        ("A doctor adjusts her stethoscope.", "1girl solo", set()),
        ("Both have freckles and jet-black hair.", "1boy 1girl red_hair", {"hair colour"}),
        ("His twin daughters bang their plates.", "1boy 1girl", {"count"}),
        ("Two girls read. Three more girls whisper.", "2girls", {"count"}),
        ("Two students read; one looks at her neighbour.", "2girls", set()),
        ("A young woman, Greta, waits.", "1girl solo", {"unknown name"}),
        ("Lynk, as blond as wheat, rides.", "1boy frieren", {"unknown name"}),
        ("Wisteria hangs there, and Big Ben looms over Mount Fuji.", "1girl solo", set()),
        ("A young watchmaker bends over a watch that lies before her.", "1girl solo", set()),
        ("She leans across, her navy sailor blouse crumpled.", "1girl solo", set()),
        ("It is a people-free street.", "no_humans", set()),
        ("A train waits, and the engine's driver leans out.", "no_humans", {"unsupported people"}),
        ("On the bench old Mr Pemberton dozes.", "no_humans", {"unsupported people", "unknown name"}),
        ("Its fluffy brown friend races it.", "no_humans", set()),
        ("Men work shoulder to shoulder; a lone woman is another.", "2girls 6+boys", {"count"}),
        ("All three, one woman and two men, sit there.", "2girls 2boys", {"count"}),
        (
            "Frieren and Naruto eat. At the stove an old woman fries eggs.",
            "1girl 1boy frieren uzumaki_naruto",
            {"count"},
        ),
        ("A trio of boys sets out. His two pals follow.", "1boy solo", {"count"}),
        ("Cleopatra lounges on her throne.", "1girl solo", {"unknown name"}),
        ("She hurries, for Ichika has just told her to.", "1girl solo", {"unknown name"}),
        ("The third is Sanae, who listens.", "1girl solo", {"unknown name"}),
        ("His green eyes burn; the other boy frowns.", "2boys blue_eyes", {"eye colour"}),
        ("Her hair, pink like blossom, covers one eye.", "1girl solo blue_hair", {"hair colour"}),
        ("Her black crop is wet.", "1girl solo red_hair", {"hair colour"}),
        ("Her brown cropped jacket is wet.", "1girl solo red_hair", set()),
        ("Next to her sits Ayumi, reading.", "1girl solo", {"unknown name"}),
        ("His brother Marek follows.", "1boy solo", {"unsupported people", "unknown name"}),
        ("A girl waits. They wave at Haruto.", "1girl solo", {"unknown name"}),
        ("Hirasawa Yuii plays.", "1girl solo hirasawa_yui", set()),
        ("She laughs. Her teacher would frown at that.", "1girl solo", set()),
        ("She reads. On the wall hangs a picture of a sailor.", "1girl solo", set()),
        ("The lighthouse keeper waves from the gallery.", "no_humans", {"unsupported people"}),
    ],
)
def test_faults_are_those_that_a_reader_finds(caption: str, tags: str, kinds: set[str]) -> None:
    categories = {**CATEGORIES, "genshin_impact": "copyright"}
    assert {fault.kind for fault in check(caption, tags.split(), categories).faults} == kinds


@in_one_test(
    ("caption", "tags", "contradicted"),
    [
        (
            "Wide awake, he stares out of the window.",
            "1boy solo sleeping closed_eyes",
            "sleeping closed_eyes",
        ),
        ("Her lips are pressed tightly shut.", "1girl solo open_mouth :d", "open_mouth :d"),
        ("He is on his feet, his knees bent.", "1boy solo sitting", "sitting"),
        ("A girl stands beside a seated dog.", "1girl solo sitting", ""),
        ("A vase stands on the table before her.", "1girl solo sitting", ""),
        ("She raises a spear above her head.", "1girl solo holding_sword", "holding_sword"),
        ("She raises a spear above her head.", "1girl solo holding_sword spear", ""),
        ("A bald man grins.", "1boy solo black_hair", "black_hair"),
        ("She wears no hat and waves.", "1girl solo hat", "hat"),
        ("Barefoot she waits, her boots beside her.", "1girl solo barefoot", ""),
        ("Birds fly overhead, and her hair stands up.", "1girl solo standing sitting", ""),
        ("Standing at the edge, the girl in red waves.", "1girl solo sitting", "sitting"),
        ("Lanterns glow, the market packs up for the day.", "1girl solo night", ""),
        ("Her lips are just parted.", "1girl solo closed_mouth", "closed_mouth"),
        ("The tunic he wears is deep red.", "1boy solo blue_tunic", "blue_tunic"),
        ("Hand in hand they run through a shower of rice.", "1boy 1girl outdoors", ""),
        ("It is midnight, and the sky is black.", "no_humans sunset", "sunset"),
        ("Two girls: one of them stands.", "2girls sitting", ""),
        ("The sky is crowded with stars.", "day blue_sky lake", "day blue_sky"),
        ("It is as dark as at night, though the sun is up.", "day", ""),
        ("Out on the lawn she waves.", "1girl solo indoors", "indoors"),
        ("Through the window she looks on the lawn.", "1girl solo indoors", ""),
        ("She is standing on a stage with lights.", "1girl solo bedroom on_bed", "bedroom on_bed"),
        ("She wears a red dress.", "1girl solo white_dress", "white_dress"),
        ("She wears a red dress and a white one.", "1girl solo red_dress white_dress", ""),
        ("Her short hair is wet.", "1girl solo long_hair", "long_hair"),
        ("Three girls dance.", "2girls 1boy", "2girls 1boy"),
        ("Keqing from Genshin Impact skips.", "1girl solo frieren genshin_impact", "frieren"),
        ("Naruto, the hero of Bleach, runs.", "1boy solo uzumaki_naruto naruto", ""),
        ("Frieren, the heroine of Bleach, runs.", "1girl solo frieren genshin_impact", "genshin_impact"),
        ("Behind her the audience claps.", "1girl solo", ""),
        ("Next to her is a teacher.", "1girl solo", "solo"),
        ("There is not a trace of snow; she has a staff instead of a sword.", "snow sword", "snow sword"),
        ("Not one blade of grass is left.", "grass sword", "grass"),
        ("She has curled up in the armchair with a book.", "1girl solo standing", "standing"),
        ("On tiptoe she reaches for the topmost shelf.", "1girl solo sitting", "sitting"),
        ("Tears stream down her face.", "1girl solo smile", "smile"),
        ("She faces us with folded arms.", "1girl solo from_behind", "from_behind"),
        ("Seen from far below, she towers there.", "1girl solo from_above", "from_above"),
        ("Not a cloud is seen, and the street is bone dry.", "no_humans rain", "rain"),
        ("She waits on the platform of a station.", "1girl solo beach", "beach"),
        ("Only her face is shown, cut off at the chin.", "1girl solo full_body", "full_body"),
        ("Seen from the waist up, down to the boots.", "1girl solo full_body", ""),
        ("The boy wears a bottle-green jacket.", "1boy 1girl blue_jacket", "blue_jacket"),
        ("Her shirt of burgundy is new.", "1girl solo blue_shirt", "blue_shirt"),
        ("Both her hands hold out a fan.", "1girl solo holding_flower", "holding_flower"),
        ("Both her hands hold out a rose.", "1girl solo holding_flower", ""),
        ("No water lies in any direction.", "no_humans lake", "lake"),
        ("She isn't smiling.", "1girl solo smile", "smile"),
        ("She doesn't wear a hat.", "1girl solo hat", "hat"),
        ("The scarf round her neck is a deep green.", "1girl solo red_scarf", "red_scarf"),
        ("She has on a coat the colour of rust.", "1girl solo blue_coat", "blue_coat"),
        ("Curled on her side, the girl sleeps.", "1girl solo standing", "standing"),
        ("The girl has flopped down on the grass.", "1girl solo standing", "standing"),
        ("His lids are shut.", "1boy solo looking_at_viewer", "looking_at_viewer"),
        ("Her jaw has dropped.", "1girl solo closed_mouth", "closed_mouth"),
        ("Not a breath of wind stirs.", "no_humans wind", "wind"),
        ("He stands in the middle of a busy street.", "1boy solo indoors", "indoors"),
        ("On the deck of a ship she waits.", "1girl solo indoors", "indoors"),
        ("She wears trousers.", "1girl solo skirt", "skirt"),
        ("She is dressed in a kimono.", "1girl solo school_uniform", "school_uniform"),
        ("Her arms hang at her sides.", "1girl solo arms_up crossed_arms", "arms_up crossed_arms"),
        ("Her dress reaches the floor.", "1girl solo short_dress", "short_dress"),
        ("A close-up of her face", "1girl solo full_body", "full_body"),
        ("She looks over her shoulder at us.", "1girl solo looking_at_viewer from_behind", ""),
        ("The window shows how far off the dawn still is.", "no_humans night", ""),
        ("The candles are lit. She walks on, her broom on her back.", "1girl solo flying", "flying"),
    ],
)
def test_what_cannot_be_true_with_a_tag_contradicts_it(caption: str, tags: str, contradicted: str) -> None:
    categories = {**CATEGORIES, "genshin_impact": "copyright"}
    assert check(caption, tags.split(), categories).contradicted == tuple(contradicted.split())


@in_one_test(
    ("caption", "tags", "adds"),
    [
        ("A small dog sleeps beside two swans.", "no_humans", ["A small dog", "two swans"]),
        ("A sparrow and a tabby sit there.", "no_humans bird cat", []),
        ("A girl with cat ears pets a stuffed bear like a cat.", "1girl cat_ears", []),
        ("She bears the cold and ducks under the rope.", "1girl", []),
        ("The lights of Paris, as far as the Eiffel Tower", "city", ["Paris", "Eiffel Tower"]),
        ("On Christmas she wears a Japanese robe. Snow falls.", "1girl", []),
        ("Hatsune Miku's Fan Club", "1girl hatsune_miku", []),
        ('A sign says "Closed today".', "sign", ["Closed today"]),
        ('A sign says "Closed today".', "sign closed_today", []),
        ("The hatches are sealed; heron-thin, she does not move.", "1girl", []),
        (
            "A polar bear looks at them. She cannot bear it.",
            "no_humans animal penguin bird",
            ["A polar bear"],
        ),
        ("A mackerel and a stag", "no_humans fish deer", []),
        ("She has drawn a cat. A crest, a stag, is on her shield.", "1girl", []),
        ("A butler waits behind the two girls.", "2girls", ["A butler"]),
        ("An old fisherman sits there.", "no_humans reflection", ["An old fisherman"]),
        ("Two girls have tea. A butler waits behind them.", "2girls", ["A butler"]),
        ("A CAT IN THE HAT, THE DOG", "no_humans dog cat", []),
        ("A pirate fears no man. A rat gnaws at a crust.", "1boy pirate", ["A rat"]),
        ("A Moorish arch, Venetian blinds, and the Big Dipper", "no_humans", []),
        ("Tufted Frieren and Team Seven wave while cicadas drone.", "2girls frieren", []),
        ("She stands on a stage, her long raven hair loose, a piglet in her arms.", "1girl pig", []),
        ("The hall swallows a row of columns.", "no_humans", []),
        ("Three girls share a bench.", "2girls", ["Three girls"]),
        ("A sign reads “Gütiokipänjä”. The candles are lit. She waits.", "1girl sign", ["Gütiokipänjä"]),
    ],
)
def test_what_no_tag_bears_out_is_added(caption: str, tags: str, adds: list[str]) -> None:
    assert [addition.said for addition in found(caption, tags).adds] == adds


def test_a_scene_tells_its_setting_unless_it_tells_another_one() -> None:
    told = "A lone kettle hums while she hunts for a lost key under the old chair, and then she laughs. "
    told += "It is in her own left hand all the time, and the kettle is about to boil over."
    coverage = found(told, "1girl solo indoors day")
    assert {"indoors", "day"} <= set(coverage.said)
    assert found("She hunts for a key.", "1girl solo indoors").missed == ("indoors",)
    assert found(f"{told} It is midnight on the lawn.", "1girl solo day").contradicted == ("day",)


@in_one_test(
    ("caption", "tags"),
    [
        ("The moon hangs over the roofs.", "night sky building"),
        ("Her back is turned to us.", "from_behind"),
        ("Hooded in green, she pulls the cape around her.", "green_cape"),
        ("Two braids the yellow of ripe wheat hang down.", "blonde_hair"),
        ("The boxer lifts his gloves.", "boxing_gloves"),
        ("The one on the left laughs; the other girl reads.", "2girls"),
        ("Four sailors mend a net, and a man whistles.", "4boys"),
        ("A grandmother waits, and her granddaughter reads.", "2girls"),
        ("A pickup rusts in the yard.", "pickup_truck motor_vehicle ground_vehicle"),
        ("He shoves his cuffs back; a tuft of hair springs up.", "sleeves_rolled_up ahoge"),
    ],
)
def test_what_tells_a_tag_says_it_in_a_long_caption_only(caption: str, tags: str) -> None:
    filler = (
        "Nothing else is told of it, and so it goes on for a while with words about nothing at all, and on."
    )
    assert set(found(f"{caption} {filler}", tags).said) == set(tags.split())


@pytest.mark.parametrize(
    ("caption", "tags"),
    [
        ("The moon hangs over the roofs.", "day"),
        ("A gloved hand lifts a cup. Lace hangs at the window.", "lace_gloves"),
        ("Her hair is wet.", "curly_hair"),
        ("A ruby lies beside a rose.", "ruby_rose"),
    ],
)
def test_what_does_not_tell_a_tag_leaves_it_unsaid_in_a_long_caption(caption: str, tags: str) -> None:
    filler = (
        "Nothing else is told of it, and so it goes on for a while with words about nothing at all, and on."
    )
    assert found(f"{caption} {filler}", tags).said == ()


def test_a_description_bears_out_what_no_tag_does() -> None:
    caption = 'A small dog named Rex, and a sign that says "Open".'
    bare = check(caption, ["no_humans"], {})
    told = check(caption, ["no_humans"], {}, told=['A puppy with "Rex" on its collar; a shop is open.'])
    assert [addition.said for addition in bare.adds] == ["A small dog", "Rex", "Open"]
    assert told.adds == ()


def test_a_second_reading_settles_what_is_only_told() -> None:
    caption = (
        "A girl with a lantern walks along the quiet river, while the moon hangs over the hills and lights "
        "the path in front of her with a pale gleam."
    )
    coverage = check(caption, ["1girl", "night", "umbrella"], {})
    assert (coverage.told, coverage.missed) == (("night",), ("umbrella",))
    assert "night" in coverage.said
    assert coverage.after_reading({"night"}).missed == ("umbrella",)
    assert coverage.after_reading(()).missed == ("night", "umbrella")


def test_a_second_reading_settles_what_is_perhaps_unsaid() -> None:
    filler = (
        "There is light and shade, and more of it all around, near and far, high and low, warm and cold. "
    )
    coverage = check(f"A cat. {filler * 3}", ["cat", "teapot", "lamp"], {})
    assert (coverage.said, coverage.missed, coverage.perhaps) == (("cat",), (), ("teapot", "lamp"))
    assert coverage.score < coverage.most == 1
    read = coverage.after_reading({"lamp", "sofa"})
    assert (read.said, read.missed, read.perhaps) == (("cat", "lamp"), ("teapot",), ())
    assert coverage.score < read.score == read.most < 1
