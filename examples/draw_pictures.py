"""Draw the example pictures and write their tag files: `python -m examples.draw_pictures [FOLDER]`.

Without a folder they go to `images/`. The same pictures come every time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyvips

from examples import cat, fairy_tales, landscapes, library, rainy_day, singer, still_life, tag_files, witch
from examples.tag_files import Tags, tags

ROTATED_LEFT = 6  # the value of EXIF orientation for "turn a quarter to the right to see it upright"


@dataclass(frozen=True, slots=True)
class Example:
    """One picture: where it goes, who draws it, what is on it, and how its tag file is spelled."""

    picture: str
    draw: Callable[[], str]
    tag_file: str
    spell: Callable[[Tags], str]
    tags: Tags
    rotated: bool = False


EXAMPLES = (
    Example(
        "hatsune_miku.png",
        singer.singer_under_cherry_trees,
        "hatsune_miku.txt",
        tag_files.people_first,
        tags(
            "1girl solo long_hair twintails aqua_hair aqua_eyes smile looking_at_viewer"
            " detached_sleeves necktie pleated_skirt standing outdoors cherry_blossoms from_below",
            character="hatsune_miku",
            series="vocaloid",
        ),
    ),
    Example(
        "alice_at_tea.webp",
        fairy_tales.tea_party,
        "alice_at_tea.txt",
        tag_files.commas,
        tags(
            "1girl solo blonde_hair long_hair blue_eyes open_mouth :d looking_at_viewer"
            " black_hairband black_bow hair_bow blue_dress puffy_short_sleeves white_apron holding_cup"
            " teacup teapot table garden red_rose white_rose outdoors",
            character="alice_(alice_in_wonderland)",
            series="alice_in_wonderland",
        ),
    ),
    Example(
        "red_riding_hood.jpg",
        fairy_tales.girl_in_the_wood,
        "red_riding_hood.txt",
        tag_files.underscores,
        tags(
            "1girl solo brown_hair long_hair green_eyes smile looking_at_viewer hood hood_up"
            " red_capelet purple_skirt white_apron holding_basket bread flower mushroom forest tree"
            " outdoors",
            character="little_red_riding_hood_(grimm)",
            series="grimm's_fairy_tales",
        ),
        rotated=True,
    ),
    Example(
        "shared_umbrella.png",
        rainy_day.friends_under_one_umbrella,
        "shared_umbrella.png.txt",
        tag_files.namespaces,
        tags(
            "2girls multiple_girls school_uniform serafuku blue_sailor_collar red_neckerchief"
            " short_sleeves pleated_skirt blue_skirt black_hair short_hair purple_eyes hairclip"
            " blonde_hair low_twintails closed_eyes open_mouth smile umbrella shared_umbrella rain"
            " hydrangea outdoors"
        ),
    ),
    Example(
        "little_witch.png",
        witch.little_witch,
        "little_witch.caption",
        tag_files.kept_and_shuffled,
        tags(
            "1girl solo purple_hair short_hair yellow_eyes open_mouth :d looking_at_viewer witch"
            " witch_hat capelet orange_bow holding_wand star_(symbol) full_moon night_sky starry_sky"
            " cloud upper_body"
        ),
    ),
    Example(
        "reading_boy.jpg",
        library.boy_in_the_library,
        "reading_boy.jpg.json",
        tag_files.gallery_json,
        tags(
            "1boy male_focus solo brown_hair short_hair green_eyes glasses round_eyewear ahoge smile"
            " closed_mouth green_sweater collared_shirt long_sleeves holding_book open_book bookshelf"
            " library indoors upper_body"
        ),
    ),
    Example(
        "black_cat.png",
        cat.black_cat,
        "black_cat.png.txt",
        tag_files.lines,
        tags(
            "no_humans animal_focus cat black_cat yellow_eyes looking_at_viewer sitting full_body"
            " whiskers neck_ribbon red_ribbon bell neck_bell simple_background transparent_background"
        ),
    ),
    Example(
        "strawberry_cake.jpg",
        still_life.strawberry_cake,
        "strawberry_cake.txt",
        tag_files.commas,
        tags(
            "no_humans food_focus food cake cake_slice strawberry_shortcake strawberry whipped_cream"
            " plate fork cup teacup saucer tea steam vase flower table window curtains indoors"
            " still_life",
            series="",
        ),
    ),
    Example(
        "scenery/mountain_lake.jpg",
        landscapes.mountain_lake,
        "scenery/mountain_lake.txt",
        tag_files.post_string,
        tags(
            "no_humans scenery mountain night night_sky star_(sky) starry_sky full_moon moonlight"
            " lake reflection reflective_water tree pine_tree snow outdoors"
        ),
    ),
    Example(
        "scenery/lighthouse.webp",
        landscapes.lighthouse_by_the_sea,
        "scenery/lighthouse.txt",
        tag_files.from_windows,
        tags(
            "no_humans scenery lighthouse ocean horizon blue_sky cloud day boat sailboat bird seagull"
            " cliff house grass flower outdoors"
        ),
    ),
)


def main() -> None:
    """Draw every example into the folder named on the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "images"
    for example in EXAMPLES:
        write(example, folder)


def write(example: Example, folder: Path) -> None:
    """Write the picture and the tag file of an example below the folder."""
    path = folder / example.picture
    path.parent.mkdir(parents=True, exist_ok=True)
    save(pyvips.Image.svgload_buffer(example.draw().encode()), path, example.rotated)
    # As bytes, for one of the files has a line end of its own.
    (folder / example.tag_file).write_bytes(example.spell(example.tags).encode())


def save(image: pyvips.Image, path: Path, rotated: bool) -> None:
    """Save as what the suffix says; a `rotated` one lies on its side, and its EXIF says so."""
    if path.suffix == ".png":
        image.pngsave(str(path), compression=9, palette=True, Q=90, dither=0.6)
    elif path.suffix == ".webp":
        image.flatten(background=255).webpsave(str(path), Q=86)
    elif rotated:
        lying = image.flatten(background=255).rot("d270").copy()
        lying.set_type(pyvips.GValue.gint_type, "orientation", ROTATED_LEFT)
        lying.jpegsave(str(path), Q=88)
    else:
        image.flatten(background=255).jpegsave(str(path), Q=88, keep="none")


if __name__ == "__main__":
    main()
