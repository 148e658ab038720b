"""A little witch before the moon."""

from __future__ import annotations

from examples.people import (
    Look,
    bob,
    bow,
    fist,
    fringe,
    head,
    limb,
    neck,
    side_locks,
)
from examples.scenery import (
    cloud,
    moon,
    sky,
    sparkle,
    star,
    stars,
)
from examples.svg import (
    document,
    lighter,
    outline,
    place,
    shape,
    stroke,
)


def little_witch() -> str:
    """Draw a witch with a star wand before the moon."""
    hair, robe = "#9b7bd6", "#3d3564"
    figure = (
        bob(hair)
        + shape(
            "M-54 150C-130 160-160 230-178 420L-190 560L190 560L178 420C160 230 130 160 54 150Q0 190-54 150Z",
            robe,
            outline(robe),
        )
        + neck()
        + limb([(-84, 200), (-152, 320), (-182, 500)], [60, 80, 90], robe)
        + _raised_sleeve(robe)
        + shape(
            "M-58 142C-120 150-150 200-156 262Q-70 300 0 236Q70 300 156 262"
            "C150 200 120 150 58 142Q0 184-58 142Z",
            "#5a4c94",
            outline("#5a4c94"),
        )
        + place(bow("#f2b544"), 0, 196, 0.85)
        + head(Look(hair, "#e2a72e", mouth="open"))
        + side_locks(hair, 118)
        + fringe(hair)
        + _witch_hat(robe)
        + _wand()
    )
    return document(
        768,
        1024,
        sky(768, 1024, "#1c2150", "#39386f", "#6d5590"),
        stars(130, 768, 800),
        moon(560, 330, 150),
        cloud(90, 990, 2.2, "#7f6aa8", 0.8),
        cloud(690, 1000, 2.4, "#8a73b0", 0.8),
        place(figure, 370, 560, 1.02),
        place(sparkle("#ffe9a3"), 610, 560, 1.4),
        place(sparkle("#ffe9a3"), 704, 640, 0.9),
        place(sparkle("#ffe9a3"), 560, 650, 0.8),
    )


def _witch_hat(robe: str) -> str:
    return (
        shape(
            "M-92-104C-70-220-60-320 40-380C96-404 150-380 160-340C120-350 100-330 96-290"
            "C92-230 96-160 92-104Z",
            robe,
            outline(robe),
        )
        + shape("M-94-116Q0-64 94-116L93-160Q0-112-86-156Z", "#f2b544", outline("#f2b544"))
        + shape(
            "M-200-62C-160-128-80-120 0-104C80-120 160-128 200-62C120-44 60-84 0-80C-60-84-120-44-200-62Z",
            robe,
            outline(robe),
        )
        + place(star(), 20, -122, 0.9, -8)
        + stroke("M-48-190Q-38-270 30-340", lighter(robe, 0.25), 7, 0.7)
    )


def _raised_sleeve(robe: str) -> str:
    return limb([(84, 200), (188, 366), (208, 262)], [60, 78, 68], robe)


def _wand() -> str:
    wand = stroke("M176 350L236 120", outline("#a9754a"), 15) + stroke("M176 350L236 120", "#c08a58", 8)
    return wand + fist(208, 236, 1.15) + place(star(), 242, 96, 1.5, 12)
