"""Draw the example pictures from the SVG files beside this: `python -m examples.draw_pictures [FOLDER]`.

Without a folder they go to `images/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyvips

_HERE = Path(__file__).resolve().parent
PICTURES = (
    *("alice_at_tea.webp", "black_cat.png", "hatsune_miku.png", "little_witch.png", "reading_boy.jpg"),
    *("red_riding_hood.jpg", "scenery/lighthouse.webp", "scenery/mountain_lake.jpg", "shared_umbrella.png"),
    "strawberry_cake.jpg",
)
# This one lies on its side, as photographs of telephones do, and its EXIF says so.
ROTATED = "red_riding_hood.jpg"
_ROTATED_LEFT = 6  # the value of EXIF orientation for "turn a quarter to the right to see it upright"


def main() -> None:
    """Draw every picture into the folder named on the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _HERE.parent / "images"
    for name in PICTURES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        drawing = pyvips.Image.svgload(str((_HERE / name).with_suffix(".svg")))
        save(drawing, path, rotated=name == ROTATED)


def save(image: pyvips.Image, path: Path, *, rotated: bool) -> None:
    """Save as what the suffix says; a `rotated` one lies on its side."""
    if path.suffix == ".png":
        image.pngsave(str(path), compression=9, palette=True, Q=90, dither=0.6)
    elif path.suffix == ".webp":
        image.flatten(background=255).webpsave(str(path), Q=86)
    elif rotated:
        lying = image.flatten(background=255).rot("d270").copy()
        lying.set_type(pyvips.GValue.gint_type, "orientation", _ROTATED_LEFT)
        lying.jpegsave(str(path), Q=88)
    else:
        image.flatten(background=255).jpegsave(str(path), Q=88, keep="none")


if __name__ == "__main__":
    main()
