"""Two places without anybody: a lake at night, a lighthouse by day."""

from __future__ import annotations

from examples.scenery import (
    cloud,
    flower,
    grass_tufts,
    moon,
    mountain,
    pine,
    ridge,
    sky,
    stars,
)
from examples.svg import (
    INK,
    box,
    darker,
    document,
    ellipse,
    gradient,
    outline,
    place,
    polygon,
    scatter,
    shape,
    stroke,
)


def mountain_lake() -> str:
    """Draw a lake at night: mountains, stars and the moon, and all of it again in the water."""
    shore = 470
    upper = (
        stars(170, 1024, 380)
        + moon(790, 130, 54)
        + mountain(250, shore, 640, 320, "#4f5f93")
        + mountain(640, shore, 760, 390, "#5a6ba3")
        + mountain(930, shore, 520, 260, "#475687")
        + ridge(
            [(0, 420), (160, 440), (330, 424), (520, 446), (720, 430), (880, 444), (1024, 424)],
            shore,
            "#2f3f66",
        )
        + "".join(
            pine(x, shore - 2 + 4 * c, 60 + 50 * c, "#27405a") for x, _, c in scatter(34, 0, 0, 1024, 1)
        )
    )
    mirrored = f'<g transform="translate(0 {2 * shore}) scale(1 -1)" opacity="0.5">{upper}</g>'
    glints = "".join(
        stroke(f"M{x:.0f} {y:.0f}h{30 + 60 * c:.0f}", "#cfdcff", 2.5, 0.18 + 0.2 * c)
        for x, y, c in scatter(46, -20, shore + 14, 1024, 280)
    )
    path_of_light = "".join(
        ellipse(
            790 + (14 if at % 2 else -14), 500 + at * 24, 46 + at * 5, 4, "#fff3c9", opacity=0.55 - at * 0.035
        )
        for at in range(11)
    )
    return document(
        1024,
        768,
        gradient("water", "#37457f", "#2c3870", "#1b2250"),
        sky(1024, 768, "#131a45", "#2b3877", "#54609f", "#7d7fb8"),
        upper,
        box(0, shore, 1024, 300, "url(#water)"),
        mirrored,
        glints,
        path_of_light,
        _near_shore(),
    )


def _near_shore() -> str:
    bank = ridge([(0, 690), (120, 706), (260, 744), (400, 772)], 780, "#16243a") + ridge(
        [(640, 772), (790, 736), (910, 704), (1024, 686)], 780, "#16243a"
    )
    trees = "".join(
        pine(x, y, height, "#1a3145")
        for x, y, height in (
            (30, 716, 330),
            (130, 728, 250),
            (215, 748, 180),
            (1000, 712, 360),
            (905, 722, 260),
            (820, 742, 190),
        )
    )
    return trees + bank


def lighthouse_by_the_sea() -> str:
    """Draw a lighthouse on a cliff above a summer sea."""
    waves = "".join(
        stroke(f"M{x:.0f} {y:.0f}q14-9 28 0q14 9 28 0", "#dff2fa", 3, 0.35 + 0.4 * c)
        for x, y, c in scatter(44, -20, 482, 760, 270)
    )
    return document(
        1024,
        768,
        gradient("sea", "#3f9ccb", "#2b7fb8", "#1f66a0"),
        sky(1024, 768, "#4ba3e3", "#8cc9f2", "#d9effa"),
        "".join(
            cloud(x, y, size)
            for x, y, size in (
                (170, 400, 1.7),
                (400, 420, 1.5),
                (300, 330, 1.6),
                (120, 110, 0.8),
                (560, 170, 0.9),
            )
        ),
        box(0, 462, 1024, 320, "url(#sea)"),
        waves,
        _sailing_boat(),
        _cliff(),
        place(_lighthouse(), 790, 470),
        "".join(
            place(_gull(), x, y, size)
            for x, y, size in ((420, 130, 1.0), (500, 240, 0.7), (330, 210, 0.6), (610, 70, 0.8))
        ),
        "".join(
            flower(x, y, 1.0 + 0.5 * c, ("#ffffff", "#f7a8c0", "#ffe08a")[int(c * 3)])
            for x, y, c in scatter(14, 560, 640, 450, 120)
        ),
    )


def _cliff() -> str:
    rock, meadow = "#a58d7c", "#86bf62"
    face = shape(
        "M430 780C460 720 500 690 520 640C540 600 560 560 600 540L1034 460L1034 780Z", rock, outline(rock)
    )
    cracks = stroke(
        "M500 760Q530 700 560 680M560 770Q580 720 620 700M470 770L488 742", darker(rock, 0.3), 5, 0.7
    )
    grass = shape(
        "M520 640C540 580 600 520 680 486Q840 440 1034 446L1034 780L660 780C640 700 570 690 520 640Z",
        meadow,
        outline(meadow),
    )
    foam = "".join(
        ellipse(x, y, 34, 9, "#f4fbff", opacity=0.85)
        for x, y in ((430, 764), (470, 740), (398, 772), (500, 716))
    )
    return face + cracks + grass + grass_tufts(30, 580, 530, 430, 230, "#659f48") + foam


def _lighthouse() -> str:
    white, red = "#fffaf2", "#d94a45"
    tower = "M-62 30L-40-250L40-250L62 30Q0 48-62 30Z"
    stripes = "".join(
        polygon(
            [(-half - 3.5, low), (-half + 3.5, low - 60), (half - 3.5, low - 60), (half + 3.5, low)],
            red,
            outline(red),
        )
        for half, low in ((54, -40), (45, -150))
    )
    shade = shape("M14-250L40-250L62 30Q44 38 26 40Z", darker(white, 0.3), width=0, opacity=0.35)
    lamp = (
        box(-30, -318, 60, 60, "#ffe9a0")
        + stroke("M-30-258L-30-318M-10-258L-10-318M10-258L10-318M30-258L30-318", INK, 4)
        + shape("M-40-316Q0-384 40-316Z", red, outline(red))
        + stroke("M0-350L0-376", INK, 5)
        + shape("M-54-264L54-264L48-246L-48-246Z", "#5b5566", INK)
        + stroke("M-54-264L-54-286M54-264L54-286M-54-286L54-286M-27-264L-27-286M27-264L27-286", INK, 3.5)
    )
    door = shape("M-18 36L-18-6Q0-30 18-6L18 38Z", "#7c5a48", INK) + ellipse(10, 14, 3, 3, "#f3cf72")
    windows = box(-8, -128, 16, 24, "#54748f") + box(-7, -226, 14, 20, "#54748f")
    house = (
        box(76, -46, 130, 84, "#fff3e2")
        + polygon([(64, -44), (98, -96), (190, -96), (220, -44)], "#c9574d", outline("#c9574d"))
        + box(98, -24, 28, 30, "#8fc0dc")
        + box(152, -24, 28, 30, "#8fc0dc")
    )
    return house + shape(tower, white, outline(white)) + stripes + shade + windows + door + lamp


def _sailing_boat() -> str:
    hull = shape("M-64 0L64 0Q54 30 36 34L-40 34Q-56 26-64 0Z", "#b5573f", outline("#b5573f"))
    sails = shape("M-4-8L-4-130Q-60-60-58-8Z", "#fffdf6", outline("#fffdf6")) + shape(
        "M8-8L8-112Q48-60 50-8Z", "#fbe3c4", outline("#fbe3c4")
    )
    return place(
        sails
        + stroke("M2 0L2-138", "#6b4a3c", 6)
        + hull
        + stroke("M-90 38q20-10 40 0q20 10 40 0q20-10 40 0q20 10 40 0", "#eef9ff", 5, 0.8),
        250,
        556,
        1.05,
    )


def _gull() -> str:
    return shape("M0 6Q-22-26-62-14Q-28-12-6 12Q0 16 6 12Q28-12 62-14Q22-26 0 6Z", "#ffffff", "#7c8796", 2.5)
