"""Data sets to measure with: generated names and tags, in the proportions that boorus have.

Tags are drawn from the glossary that ships, as often as people use them, and one of ten from a long tail of
rare ones. A seed makes each set the same every time.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from tags.exclusion import judge
from tags.spelling import words
from wiki.tag_meanings import load_glossary

_PER_FOLDER = 1000
_CATEGORIES = ("general", "meta", "character", "copyright")
_RARE = 50_000
_USUAL_COUNT = 30
_TAG = re.compile(r"[a-z0-9_]+")
_ABOUT_WHO = re.compile(r"\d|multiple|solo|hair|eyes|girl|boy")
_SERIES = "harbour_days"
# What a LoRA is trained on: who it is, what they always look like, and the clothes they change.
_CAST = (
    (
        "mori_aoi",
        "1girl long_hair silver_hair red_eyes ahoge hair_ribbon",
        "school_uniform pleated_skirt necktie thighhighs|white_dress sun_hat sandals|hoodie shorts sneakers",
        "A tall girl with silver hair to her waist, red eyes and one lock of hair that stands up.",
    ),
    (
        "hoshi_ren",
        "1boy short_hair black_hair blue_eyes glasses",
        "white_shirt black_pants necktie|kimono sash geta|jacket jeans boots",
        "A slender young man with black hair, thin glasses and a calm look.",
    ),
    (
        "captain_mirabel",
        "1girl very_long_hair blonde_hair green_eyes eyepatch braid",
        "pirate_hat coat belt boots gloves|armor cape gauntlets|apron long_sleeves bow",
        "A ship's captain with a blonde braid over her shoulder and a patch over one eye.",
    ),
)
_CAST_POSES = (
    *("standing", "sitting", "walking", "running", "lying", "arms_up", "arms_behind_back", "hand_on_own_hip"),
    *("crossed_arms", "kneeling", "waving", "reading", "leaning_forward", "looking_back"),
)
_CAST_PLACES = (
    *("simple_background white_background", "outdoors sky cloud", "indoors window", "night night_sky moon"),
    *("beach ocean outdoors", "forest tree outdoors", "classroom desk indoors", "city building outdoors"),
    *("snow winter outdoors", "bedroom bed indoors", "rain umbrella outdoors", "garden flower outdoors"),
)
_CAST_FACES = ("smile", "open_mouth smile", "closed_mouth", "blush", "frown", "closed_eyes", "one_eye_closed")
_CAST_FRAMES = ("upper_body", "full_body", "cowboy_shot", "portrait", "from_side", "from_above", "from_below")
_CAST_VIEWS = ("looking_at_viewer", "looking_away", "looking_to_the_side", "facing_viewer")

Tags = Sequence[str]


class Lot:
    """Draws tags as people use them."""

    def __init__(self, seed: int = 1, only: Collection[str] = _CATEGORIES) -> None:
        """`only` are the categories of the tags."""
        self._chance = random.Random(seed)
        counts = {
            tag: entry.post_count or 1000
            for tag, entry in load_glossary().items()
            if entry.category in only and not judge([tag]).explicit and _TAG.fullmatch(tag)
        }
        self._tags = tuple(counts)
        # As many pictures as the glossary says have some tags; without the root half of all were these.
        self._weights = tuple(accumulate(count**0.7 for count in counts.values()))

    def tags(self) -> Tags:
        """The tags of one picture."""
        count = max(5, int(self._chance.gauss(_USUAL_COUNT, 8)))
        drawn = self._chance.choices(self._tags, cum_weights=self._weights, k=count)
        rare = (f"motif_{int(self._chance.random() ** 3 * _RARE)}" for _ in range(count // 10))
        return tuple(dict.fromkeys((*drawn, *rare)))


def mixed(count: int) -> Iterator[Tags]:
    """The tags of pictures of all kinds."""
    lot = Lot()
    for _ in range(count):
        yield lot.tags()


def of_a_cast(count: int) -> Iterator[Tags]:
    """The tags of pictures of three characters, in no order: what a LoRA is trained on."""
    chance = random.Random(2)
    lot = Lot(3, ["general"])
    for _ in range(count):
        name, looks, outfits, _ = chance.choice(_CAST)
        drawn = [
            *looks.split(),
            *chance.choice(outfits.split("|")).split(),
            *chance.choice(_CAST_FACES).split(),
            *chance.choice(_CAST_PLACES).split(),
            *(chance.choice(these) for these in (_CAST_POSES, _CAST_FRAMES, _CAST_VIEWS)),
            *(tag for tag in lot.tags()[:8] if not _ABOUT_WHO.search(tag)),
        ]
        # Taggers list by confidence, which differs from picture to picture.
        chance.shuffle(drawn)
        yield tuple(dict.fromkeys(("solo", name, _SERIES, *drawn)))


def write_pictures(images: Path, each: Iterable[Tags]) -> None:
    """Write a picture that nobody can look at, and its tag file, for each list of tags."""
    for number, tags in enumerate(each):
        folder = images / f"{number // _PER_FOLDER:04}"
        if number % _PER_FOLDER == 0:
            folder.mkdir(parents=True)
        name = f"{folder}/{number:07}"
        Path(f"{name}.png").touch()
        Path(f"{name}.txt").write_text(", ".join(map(words, tags)), encoding="utf-8")


def write_meanings(cache: Path) -> None:
    """Write the tags_cache.json that tells who the characters of the cast are."""
    entries: dict[str, object] = {
        name: {"description": meaning, "category": "character"} for name, _, _, meaning in _CAST
    }
    entries[_SERIES] = {"description": "A story of three friends in a harbour town.", "category": "copyright"}
    cache.write_text(json.dumps(entries, indent=1), encoding="utf-8")
