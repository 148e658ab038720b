"""Heads, hair and limbs of drawn people, in a small picture-book style.

A figure is drawn around the middle of its face: (0, 0). The face is 180 wide, the chin is at y = 112, the
shoulders are at 155, the waist is at 330.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from examples.svg import (
    INK,
    Point,
    both_sides,
    darker,
    ellipse,
    gradient,
    lighter,
    outline,
    place,
    ribbon,
    shape,
    stroke,
)

SKIN = "#ffe3d3"
SKIN_SHADE = "#f6bfa9"
WHITE = "#fffdf8"


@dataclass(frozen=True, slots=True)
class Look:
    """What a face is drawn from: colours as #rrggbb, a mouth of `MOUTHS`, open or closed eyes."""

    hair: str
    eyes: str
    mouth: str = "smile"
    eyes_closed: bool = False
    gaze: Point = (0, 0)


MOUTHS = {
    "smile": stroke("M-15 76Q0 89 15 76", "#a2475a", 4),
    "open": shape("M-18 72Q0 78 18 72Q16 98 0 98Q-16 98-18 72Z", "#b9485c", "#8c2f48", 3.5)
    + ellipse(0, 91, 8, 5, "#f2899a"),
    "small": stroke("M-7 80Q0 83 7 80", "#a2475a", 4),
}


def limb(points: Sequence[Point], widths: Sequence[float], fill: str = SKIN) -> str:
    """Draw an arm, a leg or a sleeve along its middle line."""
    return shape(ribbon(points, widths), fill, outline(fill))


def lock(points: Sequence[Point], widths: Sequence[float], hair: str) -> str:
    """Draw a lock of hair along its middle line, with a streak of light."""
    light = [(x - width * 0.12, y) for (x, y), width in zip(points, widths, strict=True)][1:-1]
    streak = ribbon(light, [width * 0.12 for width in widths[1:-1]]) if len(light) > 1 else ""
    return shape(ribbon(points, widths), hair, outline(hair)) + shape(
        streak, lighter(hair), width=0, opacity=0.6
    )


def head(look: Look) -> str:
    """Draw a face from the front, without hair."""
    skull = (
        "M-89-20C-94 36-86 64-54 90C-34 106-16 113 0 113C16 113 34 106 54 90C86 64 94 36 89-20"
        "C88-84 50-112 0-112C-50-112-88-84-89-20Z"
    )
    eyes = both_sides(_closed_eye()) if look.eyes_closed else _open_eyes(look)
    return (
        both_sides(shape("M-86 12C-108 2-106 54-80 48Z", SKIN, outline(SKIN)))
        + shape(skull, SKIN, outline(SKIN))
        + shape("M-84-40Q0 26 84-40L80-90Q0-130-80-90Z", SKIN_SHADE, width=0, opacity=0.75)
        + both_sides(ellipse(60, 64, 19, 10, "#ff8f94", opacity=0.45))
        + eyes
        + stroke("M-2 55Q2 59 4 55", "#d58f7d", 3.5)
        + MOUTHS[look.mouth]
    )


def _open_eyes(look: Look) -> str:
    dark, bright = darker(look.eyes, 0.6), lighter(look.eyes, 0.45)
    name = "iris" + look.eyes[1:]
    white = shape("M-26-2C-24-26 14-32 27-8C28 14 17 33 2 33C-14 33-26 18-26-2Z", WHITE, width=0)
    gaze_x, gaze_y = look.gaze
    iris = (
        ellipse(0, 4, 20, 28, f"url(#{name})")
        + ellipse(0, 2, 9, 14, darker(dark, 0.4))
        + ellipse(0, 22, 11, 6, bright, opacity=0.8)
        + ellipse(-7, -8, 7.5, 8.5, "#ffffff")
        + ellipse(8, 15, 4, 4.5, "#ffffff")
    )
    lids = (
        shape("M-29 2C-30-32 16-42 31-14L39-17L32-3C18-29-17-27-25 0Z", INK, width=2)
        + stroke("M-18-35Q4-46 26-32", darker(SKIN_SHADE, 0.2), 3)
        + stroke("M-8 35Q8 38 18 28", INK, 3)
        + stroke("M-20-49Q6-60 28-47", darker(look.hair, 0.4), 5)
    )
    parts = gradient(name, dark, look.eyes, bright)
    for side in (-1, 1):
        mirrored = side < 0
        parts += place(white, 44 * side, 28, mirrored=mirrored)
        parts += place(iris, 44 * side + gaze_x, 28 + gaze_y)
        parts += place(lids, 44 * side, 28, mirrored=mirrored)
    return parts


def _closed_eye() -> str:
    return (
        stroke("M20 34Q44 10 70 32", INK, 6)
        + stroke("M70 32L77 30", INK, 4)
        + stroke("M30-14Q50-26 72-14", INK, 4)
    )


def fringe(hair: str) -> str:
    """Draw the hair over the forehead, in soft points, with a band of light across it."""
    edge = (
        "M-104 62C-122-70-72-140 0-140C72-140 122-70 104 62C96 44 90 10 86-28Q78-2 64 6Q62-18 54-36"
        "Q46-4 24 12Q26-16 17-40Q6-2-14 10Q-8-16-13-40Q-30-6-52 8Q-46-16-52-36Q-62-8-78 2Q-86-8-86-28"
        "C-90 10-96 44-104 62Z"
    )
    return (
        shape(edge, hair, outline(hair))
        + shape(
            "M-84-62Q-50-100 0-102Q50-100 84-62L76-52Q62-74 54-66L44-78Q30-88 22-74L8-86Q-6-90-14-76"
            "L-26-86Q-42-86-48-68L-60-72Q-70-68-76-52Z",
            lighter(hair),
            width=0,
            opacity=0.6,
        )
        + stroke("M-8-138Q-16-112-14-92M22-136Q28-116 26-96", darker(hair, 0.3), 3, 0.6)
    )


def parted_fringe(hair: str) -> str:
    """Draw hair that falls to both sides of the forehead."""
    edge = (
        "M-104 70C-124-70-72-140 0-140C72-140 124-70 104 70C96 40 92 14 88-8C64-24 44-54 26-100"
        "C14-60-22-26-52-14Q-46-22-42-32Q-64-8-86 4C-92 20-96 44-104 70Z"
    )
    return (
        shape(edge, hair, outline(hair))
        + stroke("M26-104Q24-124 8-138", darker(hair, 0.35), 3.5, 0.7)
        + shape("M-88-50Q-56-98-4-104L-12-90Q-50-84-80-36Z", lighter(hair), width=0, opacity=0.6)
        + shape("M46-100Q76-86 90-48L80-40Q68-74 44-88Z", lighter(hair), width=0, opacity=0.6)
    )


def long_hair(hair: str, length: float = 420, spread: float = 150) -> str:
    """Draw the hair behind head and shoulders, `length` pixels down."""
    half = f"C-92-138-122-60-112 40C-108 {length * 0.4:g}-{spread} {length * 0.6:g}-{spread} {length - 30:g}"
    waves = 6
    step = 2 * spread / waves
    starts = [-spread + step * at for at in range(waves)]
    ends = "".join(
        f"Q{x + 0.75 * step:.0f} {length + 24:.0f} {x + step:.0f} {length - 30:.0f}" for x in starts
    )
    back = f"C{spread} {length * 0.6:g} 108 {length * 0.4:g} 112 40C122-60 92-138 0-138Z"
    return shape(f"M0-138{half}{ends}{back}", darker(hair, 0.18), outline(hair))


def bob(hair: str) -> str:
    """Draw short hair behind the head, down to the jaw."""
    return shape(
        "M0-136C-96-136-124-50-118 50Q-120 96-96 132Q-70 142-40 128L40 128Q70 142 96 132Q120 96 118 50"
        "C124-50 96-136 0-136Z",
        darker(hair, 0.18),
        outline(hair),
    )


def side_locks(hair: str, length: float = 170) -> str:
    """Draw two locks in front of the ears, `length` pixels down."""
    points = [(96.0, -30.0), (101, 40), (97, length * 0.7), (84, length)]
    return both_sides(lock(points, [24, 34, 26, 2], hair))


def neck() -> str:
    """Draw the neck, with the shadow of the chin."""
    return shape(
        "M-22 84L-22 140Q-24 158-50 162L0 198L50 162Q24 158 22 140L22 84Z", SKIN, outline(SKIN)
    ) + shape("M-21 96L-21 122Q0 136 21 122L21 96Z", SKIN_SHADE, width=0)


def hand(x: float, y: float, size: float = 1, turn: float = 0, mirrored: bool = False) -> str:
    """Draw a relaxed hand that hangs from the wrist at (x, y)."""
    palm = shape(
        "M-14-8C-18 10-18 26-12 36C-6 44 8 46 12 38C18 28 17 8 14-8Z", SKIN, outline(SKIN), 3.5
    ) + stroke("M-14 8Q-24 14-22 26Q-18 30-12 24M-3 42L-4 28M5 42L4 28", outline(SKIN), 3)
    return place(palm, x, y, size, turn, mirrored)


def fist(x: float, y: float, size: float = 1) -> str:
    """Draw a hand that holds something at (x, y)."""
    grip = shape("M-20-14Q0-24 20-14Q26 4 18 18Q0 26-18 18Q-26 4-20-14Z", SKIN, outline(SKIN), 3.5) + stroke(
        "M-12-2L10-4M-12 8L10 7", outline(SKIN), 3
    )
    return place(grip, x, y, size)


def bow(fill: str) -> str:
    """Draw a ribbon tied to a bow, 150 wide."""
    wing = shape("M0 0C-20-36-74-44-70-8C-74 28-22 26 0 0Z", fill, outline(fill))
    return both_sides(wing) + ellipse(0, -2, 13, 14, lighter(fill, 0.12), 3)
