"""A singer under cherry trees, seen from below."""

from __future__ import annotations

import itertools

from examples.people import (
    Look,
    fringe,
    hand,
    head,
    limb,
    lock,
    neck,
    side_locks,
)
from examples.scenery import (
    cherry_branch,
    cloud,
    falling_petals,
    sky,
)
from examples.svg import (
    both_sides,
    box,
    darker,
    document,
    lighter,
    outline,
    place,
    polygon,
    shape,
    stroke,
)


def singer_under_cherry_trees() -> str:
    """Draw Hatsune Miku under cherry blossoms, seen from below: a small head, long legs, only sky behind."""
    hair = "#45c9c3"
    figure = (
        both_sides(_twintail(hair))
        + both_sides(_singer_leg())
        + _pleated_skirt()
        + _singer_top()
        + both_sides(shape("M84-104L122-92L110-44L74-62Z", "#3a3844", outline("#3a3844")) + _hair_tie_edge())
        + head(Look(hair, "#22aeb4", gaze=(0, 3)))
        + side_locks(hair, 130)
        + fringe(hair)
        + _singer_arms()
    )
    return document(
        768,
        1024,
        sky(768, 1024, "#6fb9ec", "#a9d9f5", "#e4f4fb"),
        cloud(610, 470, 1.5),
        cloud(120, 610, 1.2),
        cloud(690, 830, 1.7, opacity=0.7),
        cherry_branch([(-30, 330), (70, 250), (170, 130), (290, 60)], 46),
        cherry_branch([(800, 250), (700, 190), (610, 90), (500, 30)], 46),
        cherry_branch([(-20, 60), (90, 30), (190, 10)], 30),
        falling_petals(34, 768, 1024),
        place(figure, 384, 300, 0.92),
        place(falling_petals(9, 700, 300), 40, 700, 1.1),
    )


def _twintail(hair: str) -> str:
    points = [(96.0, -84.0), (178, -40), (236, 110), (250, 330), (206, 560), (150, 690)]
    return lock(points, [34, 84, 112, 118, 80, 3], hair)


def _hair_tie_edge() -> str:
    return stroke("M86-98L116-88M78-68L108-52", "#e0457b", 5)


def _singer_leg() -> str:
    skin = limb([(46, 430), (54, 620)], [78, 84])
    stocking = limb([(52, 560), (60, 700), (76, 900)], [90, 92, 104], "#3a3844")
    return skin + stocking + stroke("M8 566Q54 580 98 562", "#45c9c3", 8)


def _pleated_skirt() -> str:
    cloth, trim = "#3a3844", "#45c9c3"
    edge = [(-150, 468), (-96, 488), (-34, 498), (34, 498), (96, 488), (150, 468)]
    top = [(-70, 322), (-42, 328), (-14, 331), (14, 331), (42, 328), (70, 322)]
    folds = "".join(
        polygon([top[at], top[at + 1], edge[at + 1], edge[at]], cloth if at % 2 else lighter(cloth, 0.1))
        for at in range(5)
    )
    hem = "".join(
        stroke(f"M{x1} {y1 - 13}L{x2} {y2 - 13}", trim, 8) for (x1, y1), (x2, y2) in itertools.pairwise(edge)
    )
    belt = shape("M-72 308Q0 330 72 308L74 334Q0 356-74 334Z", "#55525f", outline("#55525f")) + box(
        -14, 318, 28, 22, "#d8dde2"
    )
    return folds + hem + belt


def _singer_top() -> str:
    grey = "#cfd6dc"
    return (
        neck()
        + both_sides(limb([(64, 168), (98, 214), (134, 276)], [44, 42, 38]))
        + shape(
            "M-44 150Q-72 154-78 180L-70 250Q-70 290-74 318Q0 340 74 318Q70 290 70 250L78 180Q72 154 44 150"
            "Q0 178-44 150Z",
            grey,
            outline(grey),
        )
        + shape(
            "M44 220Q70 240 70 250Q70 290 74 318Q50 326 30 328Q54 280 44 220Z", darker(grey, 0.15), width=0
        )
        + shape("M-46 146L0 172L-30 196L-62 158Z", grey, outline(grey))
        + shape("M46 146L0 172L30 196L62 158Z", grey, outline(grey))
        + shape("M-14 172L14 172L10 190L-10 190Z", "#2fb5b2", outline("#2fb5b2"))
        + shape("M-10 190L10 190L24 292L0 318L-24 292Z", "#45c9c3", outline("#45c9c3"))
        + stroke("M-14 246L18 240M-18 268L20 262", "#ffffff", 4, 0.7)
    )


def _singer_arms() -> str:
    black, trim = "#3a3844", "#45c9c3"
    waving = (
        limb([(122, 262), (172, 262), (206, 190), (222, 140)], [38, 60, 72, 82], black)
        + place(hand(0, 0, 1.15), 226, 130, 1, 192, mirrored=True)
        + stroke("M184 122L262 150", trim, 9)
    )
    hanging = (
        hand(-170, 392, 1.1, 14, mirrored=True)
        + limb([(-114, 250), (-138, 310), (-166, 388)], [44, 62, 84], black)
        + stroke("M-204 372L-128 398", trim, 9)
    )
    return waving + hanging
