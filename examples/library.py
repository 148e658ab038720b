"""A boy who reads."""

from __future__ import annotations

from examples.people import (
    WHITE,
    Look,
    fist,
    head,
    limb,
    neck,
)
from examples.svg import (
    blend,
    both_sides,
    box,
    darker,
    document,
    lighter,
    outline,
    place,
    shape,
    stroke,
)


def boy_in_the_library() -> str:
    """Draw a boy with round glasses who reads in a library."""
    hair, knit = "#7b5136", "#5f9277"
    glasses = both_sides(
        stroke("M10 30A34 34 0 1 0 78 30A34 34 0 1 0 10 30M78 24L94 18", "#54434f", 5)
    ) + stroke("M-12 24Q0 16 12 24", "#54434f", 5)
    figure = (
        shape(
            "M0-134C-90-134-116-60-108 10L-94 40L94 40L108 10C116-60 90-134 0-134Z",
            darker(hair, 0.18),
            outline(hair),
        )
        + shape(
            "M-54 152C-130 160-150 220-160 330L-164 480L164 480L160 330C150 220 130 160 54 152Q0 188-54 152Z",
            knit,
            outline(knit),
        )
        + neck()
        + shape("M-56 142L0 186L56 142L76 164L26 216L0 190L-26 216L-76 164Z", WHITE, outline(WHITE))
        + head(Look(hair, "#5a8a4a", gaze=(0, 6)))
        + glasses
        + _short_fringe(hair)
    )
    arms = limb([(272, 622), (206, 740), (196, 820), (240, 886)], [70, 88, 92, 80], knit)
    return document(
        768,
        960,
        _bookshelves(),
        arms,
        place(arms, 768, 0, mirrored=True),
        place(figure, 384, 390, 1.15),
        _open_book(),
    )


def _short_fringe(hair: str) -> str:
    crown = (
        "M-98 34C-132-50-84-142-6-142C-2-156 16-160 26-152C20-150 18-146 20-140C92-136 128-50 98 34"
        "C96 10 92-10 84-30Q66-16 52-48Q40-18 14-16Q24-30 22-44Q-4-8-44-14Q-34-26-34-44Q-56-10-84-26"
        "C-92-10-96 10-98 34Z"
    )
    shine = "M-80-62Q-46-100 6-102Q50-100 80-64L70-56Q52-78 40-68L28-82Q8-92-8-76L-26-84Q-42-84-50-66L-64-68Z"
    return shape(crown, hair, outline(hair)) + shape(shine, lighter(hair), width=0, opacity=0.5)


def _bookshelves() -> str:
    wood = "#8a5f45"
    spines = ("#b5524f", "#4f7fa3", "#d9a441", "#5d8a5f", "#85609c", "#d8c7a8", "#3f5a78", "#c77b58")
    parts = box(0, 0, 768, 960, darker(wood, 0.45))
    for row, y in enumerate((190, 400, 610, 820)):
        x = -8.0
        for at in range(34):
            width, height = 18 + (at * 7 + row * 5) % 15, 120 + (at * 37 + row * 23) % 46
            colour = blend(spines[(at * 5 + row * 3) % len(spines)], "#5b4038", 0.25)
            parts += box(x, y - height, width, height, colour) + box(
                x, y - height + 18, width, 6, "#f0dcae", 0.55
            )
            x += width + 2
        parts += box(0, y, 768, 22, wood) + box(0, y + 22, 768, 6, darker(wood, 0.6), 0.6)
    return parts + box(0, 0, 768, 960, "#3a2740", 0.18)


def _open_book() -> str:
    cover, page = "#a8444a", "#fff6e3"
    lines = "".join(
        stroke(f"M{44 + at} {-52 + 22 * at}Q100 {-66 + 22 * at} 168 {-44 + 22 * at}", "#c9b79a", 4)
        for at in range(5)
    )
    book = (
        shape("M-216-72L0-56L216-72L216 96L0 112L-216 96Z", cover, outline(cover))
        + both_sides(shape("M0-60Q90-108 204-76L204 78Q90 50 0 96Z", page, outline(page), 3.5) + lines)
        + stroke("M0-58L0 96", darker(page, 0.3), 4)
    )
    return place(book, 384, 846, 0.92) + fist(196, 890, 1.3) + fist(572, 890, 1.3)
