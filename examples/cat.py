"""A black cat with a bell."""

from __future__ import annotations

from examples.svg import (
    INK,
    both_sides,
    document,
    ellipse,
    gradient,
    lighter,
    outline,
    place,
    ribbon,
    shape,
    stroke,
)


def black_cat() -> str:
    """Draw a sitting black cat with a bell, on nothing at all: the background is transparent."""
    fur, edge = "#4a4458", "#241d2e"
    tail = shape(
        ribbon(
            [(110, 270), (190, 280), (266, 236), (280, 140), (240, 70), (226, 56)], [52, 52, 50, 46, 36, 8]
        ),
        fur,
        edge,
        5,
    )
    body = shape("M-74 40C-150 120-176 250-140 316L140 316C176 250 150 120 74 40Z", fur, edge, 5)
    haunch = shape("M96 316C166 300 168 190 110 178C60 172 40 240 64 316Z", fur, edge, 4.5)
    legs = both_sides(
        shape("M8 150C-2 220-2 270 4 316L68 316C74 290 56 284 58 240C60 200 64 170 60 140Z", fur, edge, 4.5)
    )
    toes = both_sides(stroke("M24 296L24 314M44 296L44 314", edge, 4))
    chest = shape("M-40 96Q-30 170 0 192Q30 170 40 96Z", lighter(fur, 0.22), width=0)
    cat = (
        tail
        + body
        + both_sides(haunch)
        + legs
        + toes
        + chest
        + _cat_collar()
        + place(_cat_head(fur, edge), 0, -60, 1.12)
    )
    return document(768, 768, place(cat, 350, 400, 1.08))


def _cat_head(fur: str, edge: str) -> str:
    ear = shape("M40-92C60-150 92-176 112-178C124-140 122-90 108-44Z", fur, edge, 5) + shape(
        "M66-98C78-134 92-150 102-154C108-128 106-100 100-76Z", "#f2a5b0", width=0
    )
    skull = (
        "M0-110C70-112 132-70 134 0C150 16 158 26 162 40C146 42 136 44 126 50"
        "C102 92 50 104 0 104C-50 104-102 92-126 50C-136 44-146 42-162 40"
        "C-158 26-150 16-134 0C-132-70-70-112 0-110Z"
    )
    eye = (
        ellipse(58, 2, 30, 36, "url(#amber)", 5)
        + ellipse(56, 2, 12, 28, edge)
        + shape("M26-18C38-44 80-44 92-14C78-28 42-32 26-18Z", edge, width=0)
    )
    shine = ellipse(48, -12, 8, 10, "#fffbe8") + ellipse(-66, -12, 8, 10, "#fffbe8")
    small = ellipse(68, 18, 4, 5, "#fffbe8") + ellipse(-48, 18, 4, 5, "#fffbe8")
    muzzle = (
        shape("M-9 36Q0 31 9 36Q6 46 0 47Q-6 46-9 36Z", "#f2a5b0", edge, 2.5)
        + stroke("M0 47L0 56Q-8 70-22 62M0 56Q8 70 22 62", edge, 4)
        + both_sides(stroke("M84 50L150 60M82 62L140 82", lighter(fur, 0.5), 3))
        + both_sides(ellipse(86, 44, 18, 9, "#e88a98", opacity=0.4))
    )
    gleam = shape("M-70-74Q-30-100 20-98Q-30-88-60-58Z", lighter(fur, 0.3), width=0)
    return (
        gradient("amber", "#e59a1f", "#f7c948", "#fdeb9a")
        + both_sides(ear)
        + shape(skull, fur, edge, 5)
        + gleam
        + both_sides(eye)
        + shine
        + small
        + muzzle
    )


def _cat_collar() -> str:
    red = "#d8434e"
    return (
        shape("M-84 44Q0 96 84 44L90 66Q0 124-90 66Z", red, outline(red))
        + shape("M-70 66C-130 50-140 110-116 128C-96 126-80 104-62 92Z", red, outline(red))
        + shape("M-66 88L-104 168L-76 160L-60 176L-50 96Z", red, outline(red))
        + ellipse(0, 108, 25, 25, "#f6c744", 4)
        + stroke("M-24 104Q0 114 24 104", INK, 3.5)
        + ellipse(0, 118, 5, 5, INK)
        + stroke("M0 120L0 132", INK, 4)
        + ellipse(-9, 96, 6, 4, "#fff3c2")
    )
