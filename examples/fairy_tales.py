"""Two girls out of old books: Little Red Riding Hood, and Alice at tea."""

from __future__ import annotations

from examples.people import (
    WHITE,
    Look,
    bow,
    fist,
    fringe,
    head,
    limb,
    lock,
    long_hair,
    neck,
    parted_fringe,
    side_locks,
)
from examples.scenery import (
    blossom,
    cloud,
    flower,
    grass_tufts,
    leafy_tree,
    mushroom,
    rose,
    sky,
)
from examples.svg import (
    both_sides,
    box,
    darker,
    document,
    ellipse,
    lighter,
    outline,
    place,
    scatter,
    shape,
    stroke,
)


def girl_in_the_wood() -> str:
    """Draw Little Red Riding Hood on a path through the wood."""
    red, hair = "#cf3b3f", "#8a5a3c"
    cape_back = shape(
        "M0-160C-110-160-150-70-142 30C-138 110-170 300-200 470Q0 520 200 470"
        "C170 300 138 110 142 30C150-70 110-160 0-160Z",
        darker(red, 0.3),
        outline(red),
    )
    hood = (
        "M-104 100C-168 40-160-172 0-176C160-172 168 40 104 100C112 40 116-20 84-66C60-100 30-112 0-112"
        "C-30-112-60-100-84-66C-116-20-112 40-104 100Z"
    )
    figure = (
        cape_back
        + _country_dress()
        + neck()
        + head(Look(hair, "#4e9a57"))
        + both_sides(lock([(88, -20), (98, 60), (86, 130), (92, 210), (84, 262)], [28, 40, 36, 34, 4], hair))
        + both_sides(shape("M72 218L108 222L106 238L72 234Z", red, outline(red), 3))
        + fringe(hair)
        + shape(hood, red, outline(red))
        + stroke("M-118-60C-90-138-40-152 0-152", lighter(red, 0.3), 7, 0.7)
        + _cape_front(red)
    )
    return document(
        768,
        1024,
        sky(768, 1024, "#cfe9b9", "#e9f3c4", "#f7f2cf"),
        _wood(),
        place(figure, 384, 380, 0.98),
        flower(110, 990, 1.5, "#ffffff"),
        flower(650, 1000, 1.6, "#f7b8d0"),
        flower(720, 960, 1.2, "#ffffff"),
        mushroom(60, 930, 1.2),
        mushroom(690, 900, 0.9),
    )


def _wood() -> str:
    far = "".join(box(x, 0, 26 + 14 * c, 680, "#c3daa2") for x, _, c in scatter(9, 0, 0, 760, 1))
    trees = "".join(
        leafy_tree(x, y, size, leaves)
        for x, y, size, leaves in (
            (250, 640, 1.3, "#9cc47c"),
            (560, 650, 1.4, "#93bd78"),
            (60, 730, 1.9, "#74a85f"),
            (730, 740, 2.0, "#6ea25c"),
        )
    )
    ground = shape("M0 650Q380 590 768 650L768 1024L0 1024Z", "#a6c96f", width=0)
    path = shape(
        "M330 632Q400 620 440 632C470 760 640 880 700 1024L90 1024C150 880 320 760 330 632Z",
        "#e8d2a0",
        width=0,
    )
    return (
        far
        + ground
        + path
        + trees
        + grass_tufts(26, 0, 690, 200, 330, "#7fa94f")
        + grass_tufts(22, 590, 690, 180, 330, "#7fa94f")
    )


def _country_dress() -> str:
    blouse, skirt, apron = "#fdf6ea", "#7c5a86", "#fffaf0"
    return (
        shape("M-84 330C-110 420-150 560-160 680L160 680C150 560 110 420 84 330Z", skirt, outline(skirt))
        + shape("M-60 340C-80 450-96 560-98 680L98 680C96 560 80 450 60 340Z", apron, outline(apron))
        + shape(
            "M-46 150C-90 156-104 180-100 220L-80 336L80 336L100 220C104 180 90 156 46 150Q0 190-46 150Z",
            blouse,
            outline(blouse),
        )
        + shape("M-66 220Q0 250 66 220L78 340Q0 364-78 340Z", "#5c4038", outline("#5c4038"))
        + stroke("M-16 250L16 274M16 250L-16 274M-16 286L16 310M16 286L-16 310", "#f0d9a8", 4)
    )


def _cape_front(red: str) -> str:
    capelet = (
        "M-52 132C-110 146-142 190-150 300Q-80 330-34 262L0 178L34 262Q80 330 150 300C142 190 110 146 52 132"
        "Q0 164-52 132Z"
    )
    bow = shape(
        "M0 166C-40 140-56 168-50 190C-30 196-12 182 0 172C12 182 30 196 50 190C56 168 40 140 0 166Z",
        "#fff3e4",
        outline("#fff3e4"),
    )
    tails = stroke("M-4 174Q-14 206-26 232M4 174Q14 206 26 232", "#fff3e4", 9)
    arms = both_sides(limb([(118, 270), (112, 350), (48, 410)], [62, 60, 44], "#fdf6ea"))
    return (
        arms
        + _basket()
        + fist(-26, 414, 1.1)
        + fist(26, 414, 1.1)
        + shape(capelet, red, outline(red))
        + tails
        + bow
    )


def _basket() -> str:
    straw = "#d9a65b"
    weave = "".join(stroke(f"M-104 {y}Q0 {y + 22} 104 {y}", darker(straw, 0.25), 4) for y in (500, 526, 552))
    loaf = shape("M-80 482C-84 430-20 420 6 470L0 492L-74 492Z", "#e8b878", outline("#e8b878")) + stroke(
        "M-58 452L-44 474M-34 444L-20 466", "#fbe3bd", 5
    )
    cloth = shape(
        "M-112 476Q0 506 112 476L96 520L70 498L40 524L8 502L-30 526L-60 500L-96 520Z",
        "#fff7ee",
        outline("#fff7ee"),
    )
    checks = stroke(
        "M-80 490L-84 506M-44 496L-44 512M24 498L24 510M58 494L62 508M88 486L92 502", "#e2626a", 7
    )
    bunch = "".join(
        flower(x, 486, 1.3, colour) for x, colour in ((34, "#ffffff"), (62, "#f7a6c0"), (86, "#ffe08a"))
    )
    body = shape("M-116 478Q0 512 116 478L92 584Q0 606-92 584Z", straw, outline(straw))
    handle = stroke("M-104 486C-96 380 96 380 104 486", outline(straw), 20) + stroke(
        "M-104 486C-96 380 96 380 104 486", straw, 12
    )
    return loaf + bunch + handle + body + weave + cloth + checks


def tea_party() -> str:
    """Draw Alice at a tea table in a rose garden."""
    blue, hair = "#6aa5e0", "#f5d372"
    figure = (
        long_hair(hair, 430, 160)
        + _puffy_dress(blue)
        + neck()
        + shape("M-46 144Q0 186 46 144L66 160Q40 200 0 186Q-40 200-66 160Z", WHITE, outline(WHITE))
        + head(Look(hair, "#3f7fd0", mouth="open"))
        + side_locks(hair, 150)
        + parted_fringe(hair)
        + shape(
            "M-112-34C-116-150 116-150 112-34L98-42C100-132-100-132-98-42Z", "#34303c", outline("#34303c"), 3
        )
        + place(bow("#34303c"), 0, -142, 1.15)
    )
    return document(
        768,
        1024,
        sky(768, 1024, "#bfe3f7", "#e3f3f5", "#f4f6e2"),
        cloud(150, 130, 1.0),
        cloud(640, 90, 1.2),
        _rose_hedge(),
        place(figure, 384, 400, 1.12),
        _tea_table(),
        _hands_with_cup(blue),
    )


def _puffy_dress(blue: str) -> str:
    sleeve = shape(
        "M60 160C112 140 164 176 156 232C150 258 112 264 88 248C70 226 60 196 60 160Z", blue, outline(blue)
    )
    cuff = stroke("M92 250Q124 266 152 244", WHITE, 12)
    apron = "M-50 200Q0 222 50 200L62 300L110 470L-110 470L-62 300Z"
    return (
        shape(
            "M-52 152Q-86 160-86 200L-76 300L-140 480L140 480L76 300L86 200Q86 160 52 152Q0 190-52 152Z",
            blue,
            outline(blue),
        )
        + shape(apron, WHITE, outline(WHITE))
        + both_sides(sleeve + cuff + stroke("M100 176Q118 200 112 226", darker(blue, 0.3), 4))
        + both_sides(shape("M50 160C70 150 84 170 76 210L66 300L50 300Z", WHITE, outline(WHITE), 3))
        + box(-64, 292, 128, 22, "#dfeafc")
    )


def _rose_hedge() -> str:
    leaves = "#6da763"
    hedge = shape(
        "M-20 420Q60 380 140 410Q240 370 330 404Q430 370 520 406Q620 372 790 410L790 1024L-20 1024Z",
        leaves,
        outline(leaves),
    )
    shades = "".join(
        ellipse(
            x,
            y,
            22 + 16 * c,
            14 + 9 * c,
            lighter(leaves, 0.16) if c > 0.5 else darker(leaves, 0.14),
            opacity=0.7,
        )
        for x, y, c in scatter(70, 0, 440, 768, 420)
    )
    roses = "".join(
        rose(x, y, 0.75 + 0.35 * c, "#d9415a" if c > 0.35 else "#fbe9e4")
        for x, y, c in scatter(26, 10, 440, 748, 380)
    )
    return hedge + shades + roses


def _tea_table() -> str:
    cloth = "#fffaf2"
    table = shape("M-10 860Q384 800 778 860L778 1034L-10 1034Z", cloth, outline(cloth))
    trim = "".join(ellipse(x, 1012, 30, 26, "#f4c9d3", opacity=0.6) for x in range(10, 790, 62))
    pot = "#f2b7c4"
    teapot = (
        stroke("M56-40C110-50 104 16 58 6", outline(pot), 20)
        + stroke("M56-40C110-50 104 16 58 6", pot, 11)
        + shape("M-60-30C-100-30-96-76-122-84L-112-96C-70-90-76-60-48-56Z", pot, outline(pot))
        + shape("M-66 0C-76-70 76-70 66 0C62 40-62 40-66 0Z", pot, outline(pot))
        + shape("M-40-50Q0-84 40-50Q0-38-40-50Z", lighter(pot), outline(pot))
        + ellipse(0, -72, 9, 9, "#e0708c", 3)
        + blossom(0, -4, 0.8, "#ffffff")
    )
    cake = "#f6dfb4"
    plate = ellipse(0, 30, 92, 20, "#ffffff", 3)
    tarts = "".join(
        place(
            shape("M-28-2L28-2L20 24L-20 24Z", cake, outline(cake), 3) + ellipse(0, -4, 30, 12, "#d9415a", 3),
            x,
            y,
        )
        for x, y in ((-36, 0), (36, 0), (0, -24))
    )
    return table + trim + place(teapot, 622, 890, 1.15) + place(plate + tarts, 150, 900, 1.05)


def _hands_with_cup(blue: str) -> str:
    cup = "#ffffff"
    arms = limb([(244, 676), (226, 790), (340, 838)], [54, 52, 40]) + limb(
        [(524, 676), (542, 790), (428, 838)], [54, 52, 40]
    )
    body = (
        stroke("M44-16C84-22 80 28 38 20", outline(cup), 16)
        + stroke("M44-16C84-22 80 28 38 20", cup, 8)
        + shape("M-52-30L52-30C50 20 30 40 0 40C-30 40-50 20-52-30Z", cup, outline(cup))
        + ellipse(0, -30, 52, 12, "#b8703f", 3.5)
        + stroke("M-44-2Q0 14 44-2", blue, 6)
    )
    steam = stroke("M-12-58Q-24-78-10-94Q2-110-10-126M16-58Q4-78 18-94", "#c3d3e8", 6, 0.9)
    cuff = stroke("M476 684Q522 706 566 674", outline(WHITE), 20) + stroke(
        "M476 684Q522 706 566 674", WHITE, 13
    )
    return (
        arms
        + cuff
        + place(cuff, 768, 0, mirrored=True)
        + place(body + steam, 384, 826, 1.1)
        + fist(330, 838, 1.1)
        + fist(438, 838, 1.1)
    )
