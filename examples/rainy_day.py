"""Two schoolgirls under one umbrella."""

from __future__ import annotations

from examples.people import (
    WHITE,
    Look,
    bob,
    fist,
    fringe,
    hand,
    head,
    limb,
    lock,
    neck,
    side_locks,
)
from examples.scenery import (
    blossom,
    sky,
)
from examples.svg import (
    blend,
    both_sides,
    box,
    darker,
    document,
    ellipse,
    lighter,
    outline,
    place,
    polygon,
    scatter,
    shape,
    stroke,
)


def friends_under_one_umbrella() -> str:
    """Draw two schoolgirls who share an umbrella in the rain."""
    dark, blonde = "#4a4156", "#f0c46a"
    left = (
        bob(dark)
        + _sailor_uniform("#34508a", "#d94d5c")
        + head(Look(dark, "#7a58b8", gaze=(5, 0)))
        + side_locks(dark, 110)
        + fringe(dark)
        + shape("M60-108L96-92L88-76L52-92Z", "#f2c94c", outline("#f2c94c"), 3)
    )
    right = (
        both_sides(lock([(96, 30), (134, 90), (140, 190), (112, 280)], [44, 64, 58, 4], blonde))
        + both_sides(shape("M90 44L122 34L130 62L98 70Z", "#58b0a0", outline("#58b0a0"), 3))
        + place(_sailor_uniform("#34508a", "#d94d5c"), 0, 0, mirrored=True)
        + head(Look(blonde, "#4a8fc9", mouth="open", eyes_closed=True))
        + fringe(blonde)
    )
    return document(
        1024,
        1024,
        sky(1024, 1024, "#8fa6bd", "#b4c6d4", "#d3dde0"),
        _rainy_street(),
        _rain(),
        place(left, 352, 480, 1.05, 3),
        place(right, 668, 490, 1.05, -3),
        _umbrella(),
        _hydrangeas(),
    )


def _sailor_uniform(collar: str, scarf: str) -> str:
    cloth = WHITE
    lines = stroke("M-84 172L0 256L84 172", "#ffffff", 4)
    return (
        shape("M-80 330L-130 520L130 520L80 330Z", collar, outline(collar))
        + "".join(
            stroke(f"M{x * 0.62:g} 344L{x} 520", outline(collar), 3, 0.8) for x in (-84, -40, 0, 40, 84)
        )
        + hand(-106, 388, 1, 6, mirrored=True)
        + limb([(-112, 254), (-116, 330), (-106, 392)], [40, 36, 30])
        + limb([(-84, 178), (-112, 270)], [56, 62], cloth)
        + limb([(108, 236), (128, 296), (156, 222)], [42, 42, 32])
        + limb([(84, 178), (116, 262)], [56, 60], cloth)
        + shape(
            "M-52 152C-90 156-100 180-92 220L-84 340L84 340L92 220C100 180 90 156 52 152Q0 180-52 152Z",
            cloth,
            outline(cloth),
        )
        + neck()
        + shape("M-60 142L-104 172L0 272L104 172L60 142L0 232Z", collar, outline(collar))
        + lines
        + shape(
            "M0 250C-40 236-58 262-50 288L-4 268L4 268L50 288C58 262 40 236 0 250Z", scarf, outline(scarf)
        )
        + shape("M-6 266L-28 330L-8 326L0 276L8 326L28 330L6 266Z", scarf, outline(scarf))
    )


def _umbrella() -> str:
    cloth = "#ef8fa3"
    canopy = (
        "M80 300C100 90 330 10 512 10C694 10 924 90 944 300Q872 258 800 300Q728 256 656 300"
        "Q584 256 512 300Q440 256 368 300Q296 256 224 300Q152 258 80 300Z"
    )
    ribs = (
        "M512 12C380 60 260 160 224 298M512 12C440 80 380 180 368 298M512 12L512 298M512 12"
        "C584 80 644 180 656 298M512 12C644 60 764 160 800 298"
    )
    pole = stroke("M512 290L512 780Q512 816 486 814", outline("#8a6a5a"), 16) + stroke(
        "M512 290L512 780Q512 816 486 814", "#a98672", 9
    )
    return (
        pole
        + fist(508, 706, 1.05)
        + fist(516, 752, 1.05)
        + shape(canopy, cloth, outline(cloth))
        + shape(
            "M512 12C330 16 150 100 110 270Q150 250 190 268C230 150 380 50 512 12Z",
            lighter(cloth, 0.3),
            width=0,
            opacity=0.7,
        )
        + stroke(ribs, darker(cloth, 0.3), 3.5)
        + stroke("M512 12L512-10", "#8a6a5a", 10)
    )


def _rainy_street() -> str:
    houses = "".join(
        box(x, 420 - 60 * (at % 3), 150, 420, blend("#9fb2c2", "#b9c7cf", at % 2))
        + polygon(
            [(x - 14, 420 - 60 * (at % 3)), (x + 75, 350 - 60 * (at % 3)), (x + 164, 420 - 60 * (at % 3))],
            "#8496a8",
            width=0,
        )
        + "".join(
            box(x + 24 + 64 * w, 460 - 60 * (at % 3) + 90 * r, 38, 48, "#f5e3b0", 0.75)
            for w in (0, 1)
            for r in (0, 1, 2)
        )
        for at, x in enumerate((-30, 140, 320, 500, 690, 880))
    )
    return (
        houses
        + box(0, 780, 1024, 244, "#a3b1b8")
        + "".join(
            ellipse(x, y, 50 + 30 * c, 8 + 4 * c, "#cfdbe0", opacity=0.7)
            for x, y, c in scatter(14, 0, 820, 1024, 190)
        )
    )


def _hydrangeas() -> str:
    parts = ""
    for x, y, colour in (
        (60, 960, "#8fa4ea"),
        (200, 1010, "#b58fe0"),
        (860, 1006, "#8fa4ea"),
        (976, 940, "#c79ae6"),
    ):
        leaf = shape("M0 20C-60-10-100 20-110 60C-60 70-20 60 0 20Z", "#5f9a67", outline("#5f9a67"))
        parts += place(both_sides(leaf), x, y)
        parts += ellipse(x, y, 78, 66, darker(colour, 0.2))
        for fx, fy, c in scatter(24, x - 62, y - 52, 124, 104):
            parts += blossom(fx, fy, 0.62, lighter(colour, 0.3 * c), 90 * c)
    return parts


def _rain() -> str:
    return "".join(
        stroke(f"M{x:.0f} {y:.0f}l-6 {24 + 22 * c:.0f}", "#f2f8fb", 2.5, 0.55)
        for x, y, c in scatter(120, 0, 0, 1024, 1024)
    )
