"""A small booru for tests: tags, and wiki pages in words of our own, as the fake wikis serve them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WikiTag:
    """One tag; `body` is the DText of its wiki page, None when it has none.

    `category` is a name, because each wiki numbers its categories in its own way. `deleted` and
    `parent` speak of the page, `deprecated` of the tag. `alias_status` counts only with `alias_of`.
    `implies` names other tags, with spaces between them.
    """

    name: str
    body: str | None = None
    category: str = "general"
    post_count: int = 1000
    alias_of: str = ""
    alias_status: str = "active"
    deprecated: bool = False
    deleted: bool = False
    parent: str = ""
    implies: str = ""


GENERAL = (
    WikiTag(
        "1girl",
        "Exactly one girl is in the picture.\n\nh4. See also\n\n* [[2girls]]\n* [[solo]]",
        post_count=6_900_000,
    ),
    WikiTag("2girls", "Two girls are in the picture.", post_count=1_100_000),
    WikiTag("1boy", "Exactly one boy is in the picture.", post_count=1_600_000),
    WikiTag("6+girls", "Six girls or more are in the picture.", post_count=90_000),
    WikiTag("solo", "One character, and nobody else, is in the picture.", post_count=5_700_000),
    WikiTag(
        "long_hair",
        "Hair that reaches *below the shoulders*.\n\nh4. Lengths\n\n* [[very long hair]]",
        post_count=5_000_000,
    ),
    WikiTag("short_hair", "Hair that ends above the shoulders.", post_count=2_600_000),
    WikiTag(
        "twintails",
        "Two [b]tails of hair[/b], one on each side of the head. Unlike [[braid|braids]], "
        "the strands hang freely.\n\nh4. Examples\n\n!post #1\n!post #2",
        post_count=1_000_000,
    ),
    WikiTag("ponytail", "Hair that is gathered into one tail at the back of the head.", post_count=800_000),
    WikiTag(
        "aqua_hair",
        "Hair of a colour between [[blue hair|blue]] and [[green hair|green]].",
        post_count=190_000,
    ),
    WikiTag("aqua_eyes", "Eyes of a colour between blue and green.", post_count=240_000),
    WikiTag("blue_eyes", "Eyes with a blue iris.", post_count=2_000_000),
    WikiTag(
        "smile", "The corners of the mouth are turned up.\n\nh4. See also\n\n* [[grin]]", post_count=3_400_000
    ),
    WikiTag("grin", "A smile that shows the teeth.", post_count=300_000, implies="smile"),
    WikiTag("evil_grin", "A grin of somebody up to no good.", post_count=8_000, implies="grin evil_smile"),
    WikiTag("evil_smile", "A smile of somebody up to no good.", post_count=20_000, implies="smile"),
    WikiTag("blush", "Cheeks that are red with warmth or shyness.", post_count=3_300_000),
    WikiTag(
        "looking_at_viewer",
        "The eyes of a character meet those of whoever looks at the picture.",
        post_count=4_100_000,
    ),
    WikiTag(
        "detached_sleeves",
        "Sleeves that are worn on the arms, and are not joined to the garment.",
        post_count=400_000,
    ),
    WikiTag("necktie", "A long strip of cloth, knotted around the collar.", post_count=600_000),
    WikiTag("pleated_skirt", "A skirt that is laid in even folds.", post_count=650_000),
    WikiTag("thighhighs", "Stockings that end above the knee.", post_count=1_400_000),
    WikiTag("standing", "A character is on their feet, upright.", post_count=900_000),
    WikiTag("sitting", "A character rests on a seat or on the ground.", post_count=1_000_000),
    WikiTag("outdoors", "The scene is in the open air.", post_count=800_000),
    WikiTag("indoors", "The scene is inside of a building.", post_count=500_000),
    WikiTag(
        "cherry_blossoms",
        "The pale pink flowers of the [i]sakura[/i] tree, or the tree in bloom.",
        post_count=90_000,
    ),
    WikiTag("from_below", "The viewer looks up at the subject.", post_count=130_000),
    WikiTag("from_above", "The viewer looks down at the subject.", post_count=150_000),
    WikiTag("upper_body", "The picture ends somewhere about the waist.", post_count=900_000),
    WikiTag("school_uniform", "What pupils have to wear at school.", post_count=900_000),
    WikiTag("umbrella", "A canopy on a stick that keeps off the rain.", post_count=90_000),
    WikiTag("rain", "Water falls from the sky.", post_count=40_000),
    WikiTag("night", "The sun has set.", post_count=110_000),
    WikiTag("book", "Pages that are bound between covers.", post_count=190_000),
    WikiTag("cat", "A small animal that purrs.", post_count=130_000),
    WikiTag("t-shirt", "A shirt with short sleeves and no collar, in the shape of a T.", post_count=100_000),
    WikiTag("rarely_seen_thing", post_count=3),
)

# Names that break careless programs: digits, slashes, kaomoji, backslashes, what a URL uses for itself.
CURIOUS = (
    WikiTag("39", "The number, which can be read as [i]mi ku[/i].", post_count=900),
    WikiTag("2023", "Made or dated in this year.", post_count=1_200),
    WikiTag("0:00", "A clock that shows midnight.", post_count=40),
    WikiTag("^_^", "Eyes closed into upward arcs by joy.", post_count=200_000),
    WikiTag(">_<", "Eyes squeezed shut, drawn as angle brackets.", post_count=60_000),
    WikiTag("|_|", "Eyes drawn as two upright strokes.", post_count=900),
    WikiTag(":d", "An open mouth that smiles.", post_count=500_000),
    WikiTag(":/", "A mouth drawn askew, in doubt.", post_count=4_000),
    WikiTag(";)", "One eye winks above a smile.", post_count=3_000),
    WikiTag("!?", "Marks of surprise and question together.", post_count=60_000),
    WikiTag("#", "The sign of a number or a hash.", post_count=50),
    WikiTag("100%_orange_juice", "A game of dice and cards.", "copyright", 2_000),
    WikiTag("q&a", "Questions, and the answers to them.", post_count=60),
    WikiTag("\\m/", "A hand with index and little finger raised.", post_count=6_000),
    WikiTag("\\(^o^)/", "Both arms thrown up in joy.", post_count=500),
    WikiTag("(o)_(o)", "Wide, round eyes.", post_count=1_000),
    WikiTag("pieces_/_wataridori_no_somnium", "A song, and the pictures made for it.", "copyright", 80),
    WikiTag("reverse:1999", "A game about people of many ages, and a storm.", "copyright", 5_000),
)

NAMED = (
    WikiTag(
        "hatsune_miku",
        "A [[vocaloid]] singer with long aqua hair in two tails, detached sleeves, a necktie "
        "and a pleated skirt.\n\nShe was first published in 2007.\n\nh4. External links\n\n"
        '* "Home page":https://example.org/miku',
        "character",
        110_000,
    ),
    WikiTag(
        "hatsune_miku_(append)",
        "A form of hers in grey, with lights on the sleeves.",
        "character",
        3_000,
        implies="hatsune_miku",
    ),
    WikiTag("rem_(re:zero)", "A maid with short blue hair that covers one eye.", "character", 20_000),
    # The glossary has no sentence for her, and her page has two, so a model is asked.
    WikiTag("gwen_(song_of_tides)", "A sailor in a blue coat. She keeps a lighthouse.", "character", 200),
    WikiTag("vocaloid", "Software that sings, and the characters who lend it a face.", "copyright", 150_000),
    WikiTag("fate/zero", "A tale of mages who fight for a wish.", "copyright", 15_000),
    WikiTag("some_artist", "An artist who draws landscapes.", "artist", 300),
    WikiTag("highres", "The picture is larger than most.", "meta", 7_000_000),
    WikiTag("commentary", None, "meta", 2_000_000),
    WikiTag("red_fox", "An animal with a bushy tail and red fur.", "species", 70_000),
)

TROUBLED = (
    WikiTag("twin_tails", post_count=0, alias_of="twintails"),
    WikiTag("miku", post_count=0, alias_of="hatsune_miku"),
    WikiTag("toothy_grin", post_count=0, alias_of="grin"),
    WikiTag("/lav", post_count=0, alias_of="looking_at_viewer"),
    WikiTag(":)", post_count=0, alias_of="smile"),
    WikiTag("rarely_seen_alias", post_count=0, alias_of="rarely_seen_thing"),
    WikiTag(
        "cherry_tree",
        "A tree that bears cherries.",
        post_count=700,
        alias_of="cherry_blossoms",
        alias_status="retired",
    ),
    WikiTag("hair", "Too broad to be of use: say length and colour.", post_count=12, deprecated=True),
    WikiTag(
        "star",
        "[b]Ambiguous tag, do not use[/b]. It could mean:\n\n* [[star (sky)]]\n* [[star (symbol)]]",
        post_count=4,
    ),
    WikiTag("withdrawn_page", "This page was withdrawn.", post_count=60, deleted=True),
    WikiTag("sakura_tree", "Moved.", post_count=70, parent="cherry_blossoms"),
    WikiTag("endless_road", "Moved.", post_count=5, parent="endless_way"),
    WikiTag("endless_way", "Moved.", post_count=5, parent="endless_road"),
)

TAGS: dict[str, WikiTag] = {tag.name: tag for tag in (*GENERAL, *CURIOUS, *NAMED, *TROUBLED)}
