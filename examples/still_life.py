"""A slice of cake and a cup of tea by the window."""

from __future__ import annotations

from examples.scenery import (
    blossom,
    cloud,
    flower,
)
from examples.svg import (
    box,
    document,
    ellipse,
    lighter,
    outline,
    place,
    polygon,
    shape,
    stroke,
)


def strawberry_cake() -> str:
    """Draw a slice of strawberry cake and a cup of tea on a table by the window."""
    return document(
        1024,
        768,
        box(0, 0, 1024, 768, "#f3d9c0"),
        _window(),
        shape("M-10 500Q512 470 1034 500L1034 780L-10 780Z", "#b9805a", outline("#b9805a")),
        "".join(stroke(f"M-10 {y}Q512 {y - 26} 1034 {y}", "#a16c4a", 3, 0.6) for y in (560, 640, 720)),
        ellipse(380, 640, 300, 74, "#7d5340", opacity=0.3),
        _plate_with_cake(),
        _tea_cup(),
        _vase(),
        _fork(),
    )


def _window() -> str:
    frame = "#fff7ec"
    view = (
        box(250, -10, 520, 440, "#bfe3f5")
        + cloud(390, 150, 0.9)
        + cloud(650, 230, 0.8)
        + shape("M250 430L250 360Q360 300 480 350Q620 290 770 350L770 430Z", "#9ccb86", width=0)
    )
    bars = (
        "".join(box(x, -10, 18, 450, frame) for x in (240, 502, 764))
        + box(240, 200, 542, 14, frame)
        + box(220, 424, 582, 24, frame)
    )
    curtain = shape(
        "M120-10L330-10C320 130 250 260 190 400L120 440Z", "#f7b9b4", outline("#f7b9b4")
    ) + stroke("M180-10Q180 180 150 410M240-10Q236 160 176 390M290-10Q276 120 220 300", "#de938f", 4, 0.8)
    return view + bars + curtain + place(curtain, 1024, 0, mirrored=True)


def _plate_with_cake() -> str:
    sponge, cream = "#f6d48a", "#fffaf0"
    side = polygon([(230, 448), (560, 470), (560, 612), (230, 590)], sponge, "#a9743e")
    layers = polygon([(230, 500), (560, 524), (560, 556), (230, 532)], cream, "#d9b98a", 2.5) + "".join(
        shape(f"M{x} {518 + (x - 230) * 0.07:.0f}q14-18 28 0q-12 18-28 0z", "#e2485a", width=0)
        for x in range(250, 540, 62)
    )
    back = polygon([(560, 470), (600, 430), (600, 572), (560, 612)], "#fff0dc", "#c9a77c")
    icing = shape(
        "M226 446Q420 372 604 430L562 472Q556 500 540 472Q520 506 498 468Q478 496 458 464"
        "Q436 496 414 461Q392 490 372 458"
        "Q350 484 330 455Q308 478 288 452Q262 474 226 446Z",
        cream,
        "#c9a77c",
    )
    swirls = "".join(
        shape(
            "M-34 10C-44-14-16-22-14-36Q0-52 14-36C16-22 44-14 34 10Q0 26-34 10Z", cream, "#c9a77c", 3.5
        ).replace("<path", f'<path transform="translate({x} {y})"', 1)
        for x, y in ((318, 424), (516, 424))
    )
    plate = ellipse(410, 610, 310, 82, "#ffffff", 4) + ellipse(410, 602, 240, 56, "#eef3f7")
    rim = "".join(
        ellipse(410 + 274 * x, 610 + 68 * y, 9, 6, "#8fb8dd")
        for x, y in (
            (-0.97, 0.2),
            (-0.8, 0.62),
            (-0.5, 0.88),
            (-0.15, 1),
            (0.2, 0.99),
            (0.55, 0.85),
            (0.83, 0.57),
            (0.98, 0.18),
        )
    )
    return plate + rim + side + layers + back + icing + swirls + _strawberry(416, 392, 1.25)


def _strawberry(x: float, y: float, size: float) -> str:
    red = "#e2394d"
    seeds = "".join(
        ellipse(sx, sy, 3, 4.5, "#ffe3a1")
        for sx, sy in ((-22, -8), (0, -2), (22, -8), (-12, 18), (12, 18), (0, 38))
    )
    leaves = "".join(
        place(shape("M0 0Q-12-20 0-34Q12-20 0 0Z", "#6fae4e", outline("#6fae4e"), 3), 0, -30, turn=turn)
        for turn in (-100, -55, 0, 55, 100)
    )
    fruit = shape("M0 62C-34 44-56 4-44-22C-34-42 34-42 44-22C56 4 34 44 0 62Z", red, outline(red))
    return place(fruit + ellipse(-24, -18, 7, 11, "#ffb0ae", opacity=0.8) + seeds + leaves, x, y, size)


def _tea_cup() -> str:
    china, tea = "#ffffff", "#c47b3c"
    saucer = ellipse(0, 70, 140, 34, china, 4) + ellipse(0, 64, 90, 18, "#e8eef4")
    handle = "M84-20C146-30 140 46 66 40"
    cup = (
        stroke(handle, outline(china), 20)
        + stroke(handle, china, 11)
        + shape("M-92-44L92-44C90 20 56 68 0 68C-56 68-90 20-92-44Z", china, outline(china))
        + ellipse(0, -44, 92, 22, china, 4)
        + ellipse(0, -40, 78, 15, tea)
        + ellipse(-24, -44, 26, 4, lighter(tea), opacity=0.7)
        + stroke("M-86-6Q0 22 86-6", "#8fb8dd", 6)
        + blossom(-10, 26, 0.62, "#f7b6c6")
    )
    steam = stroke(
        "M-26-84Q-46-112-26-138Q-6-164-26-192M22-84Q2-110 22-136Q40-160 24-182", "#ffffff", 8, 0.65
    )
    return place(saucer + cup + steam, 806, 574, 1.0)


def _vase() -> str:
    glass = "#a9cfe0"
    stems = "".join(
        flower(x, y, 2.1, colour)
        for x, y, colour in ((-24, -40, "#ffffff"), (22, -46, "#f7c1d4"), (0, -76, "#ffe69a"))
    )
    body = shape(
        "M-24-60L24-60C20-30 52 0 48 50Q46 84 0 84Q-46 84-48 50C-52 0-20-30-24-60Z", glass, outline(glass)
    )
    return place(stems + body + stroke("M-28 20Q-34 50-20 66", "#ffffff", 6, 0.8), 130, 480, 1.1)


def _fork() -> str:
    steel = "#d5dbe2"
    fork = shape("M-9 0L9 0L12 170Q0 182-12 170Z", steel, outline(steel), 3.5) + shape(
        "M-26-76L-20-76L-18-30L-8-30L-6-78L6-78L8-30L18-30L20-76L26-76C28-30 22-4 9 4L-9 4"
        "C-22-4-28-30-26-76Z",
        steel,
        outline(steel),
        3,
    )
    return place(fork, 690, 690, 0.95, 68)
