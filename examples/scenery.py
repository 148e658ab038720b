"""Skies, trees, mountains, flowers: what stands behind and around the figures of the example pictures."""

from __future__ import annotations

from collections.abc import Sequence

from examples.svg import (
    Point,
    blend,
    box,
    darker,
    ellipse,
    glow,
    gradient,
    lighter,
    outline,
    place,
    polygon,
    ribbon,
    scatter,
    shape,
    smooth,
    stroke,
)


def sky(width: int, height: int, *colours: str) -> str:
    """Fill the whole picture with colours from the top to the bottom."""
    return gradient("sky", *colours) + box(0, 0, width, height, "url(#sky)")


def cloud(x: float, y: float, size: float, fill: str = "#ffffff", opacity: float = 0.9) -> str:
    """Draw a fair-weather cloud with a flat base."""
    puffs = (
        "M-110 30C-140 30-140-12-104-12C-100-52-44-62-28-34C-12-78 56-70 58-26"
        "C88-46 122-20 108 4C134 6 132 30 110 30Z"
    )
    under = "M-118 22C-60 8-20 26 20 12C60 4 90 14 122 20C120 28 116 30 110 30L-110 30C-114 30-118 26-118 22Z"
    parts = shape(puffs, fill, width=0, opacity=opacity) + shape(
        under, darker(fill, 0.12), width=0, opacity=0.35
    )
    return place(parts, x, y, size)


def stars(count: int, width: float, height: float) -> str:
    """Strew stars over the upper part of a night sky, some of them twinkling."""
    parts = ""
    for x, y, chance in scatter(count, 0, 0, width, height):
        parts += ellipse(x, y, 1 + 1.6 * chance, 1 + 1.6 * chance, "#fff8dc", opacity=0.45 + 0.5 * chance)
        if chance > 0.86:
            parts += place(sparkle(), x, y, 0.5)
    return parts


def sparkle(fill: str = "#fff8dc") -> str:
    """Draw a star with four rays."""
    return shape("M0-16Q1.5-1.5 16 0Q1.5 1.5 0 16Q-1.5 1.5-16 0Q-1.5-1.5 0-16Z", fill, width=0)


def star(fill: str = "#ffd95e") -> str:
    """Draw a rounded star with five points, 60 wide."""
    return shape("M0-32L9-11L31-10L14 5L20 27L0 15L-20 27L-14 5L-31-10L-9-11Z", fill, outline(fill), 4)


def moon(x: float, y: float, radius: float) -> str:
    """Draw a full moon in its halo."""
    craters = ((-0.35, -0.25, 0.2), (0.3, 0.1, 0.26), (-0.15, 0.42, 0.14), (0.2, -0.5, 0.1))
    face = "".join(
        ellipse(x + radius * cx, y + radius * cy, radius * r, radius * r, "#f1dfae", opacity=0.8)
        for cx, cy, r in craters
    )
    halo = glow("halo", "#fff3c4", 0.55) + ellipse(x, y, radius * 2.4, radius * 2.4, "url(#halo)")
    return halo + ellipse(x, y, radius, radius, "#fdf1cc") + face


def ridge(points: Sequence[Point], bottom: float, fill: str) -> str:
    """Draw a soft range of hills through the points, filled down to `bottom`."""
    return shape(f"{smooth(points)}L{points[-1][0]} {bottom}L{points[0][0]} {bottom}Z", fill, width=0)


def mountain(x: float, y: float, width: float, height: float, fill: str) -> str:
    """Draw a snow-capped mountain whose foot is centred on (x, y)."""
    half, top = width / 2, y - height
    body = [
        (x - half, y),
        (x - half * 0.42, y - height * 0.55),
        (x, top),
        (x + half * 0.36, y - height * 0.62),
    ]
    dark_side = [(x, top), (x + half * 0.36, y - height * 0.62), (x + half, y), (x + half * 0.1, y)]
    dark_side.append((x + half * 0.14, y - height * 0.5))
    snow = [
        (x, top),
        (x + half * 0.27, y - height * 0.71),
        (x + half * 0.13, y - height * 0.66),
        (x + half * 0.02, y - height * 0.73),
        (x - half * 0.12, y - height * 0.62),
        (x - half * 0.2, y - height * 0.7),
        (x - half * 0.32, y - height * 0.62),
    ]
    return (
        polygon([*body, (x + half, y)], fill, width=0)
        + polygon(dark_side, darker(fill, 0.25), width=0)
        + polygon(snow, blend("#ffffff", fill, 0.12), width=0)
    )


def pine(x: float, y: float, height: float, fill: str) -> str:
    """Draw a fir tree whose trunk stands at (x, y)."""
    width = height * 0.4
    tiers = "".join(
        polygon(
            [(x - width * w, y - height * low), (x, y - height * high), (x + width * w, y - height * low)],
            blend(fill, darker(fill), at / 3),
            width=0,
        )
        for at, (w, low, high) in enumerate(((0.5, 0.1, 0.55), (0.4, 0.32, 0.78), (0.28, 0.56, 1)))
    )
    return box(x - height * 0.03, y - height * 0.14, height * 0.06, height * 0.14, "#4b3440") + tiers


def leafy_tree(x: float, y: float, size: float, leaves: str, trunk: str = "#7a5546") -> str:
    """Draw a broad tree whose trunk stands at (x, y)."""
    crown = (
        "M-120-190C-170-210-160-290-104-290C-96-350-10-372 24-324C70-350 136-312 124-260"
        "C170-236 148-166 96-172C60-140-80-140-120-190Z"
    )
    parts = (
        shape(ribbon([(0, 0), (-6, -90), (0, -200)], [54, 34, 26]), trunk, outline(trunk))
        + stroke("M0-150Q26-170 44-200M-3-120Q-30-150-46-186", trunk, 14)
        + shape(crown, leaves, outline(leaves))
        + shape("M-96-250C-84-300-20-320 10-290C-20-300-70-280-96-250Z", lighter(leaves, 0.3), width=0)
        + shape("M-96-186C-40-160 50-164 96-186C60-152-60-150-96-186Z", darker(leaves, 0.2), width=0)
    )
    return place(parts, x, y, size)


def blossom(x: float, y: float, size: float, fill: str = "#ffc6d9", turn: float = 0) -> str:
    """Draw a cherry blossom with five notched petals."""
    petal = shape("M0 0C-14-8-13-26-5-30L0-25L5-30C13-26 14-8 0 0Z", fill, darker(fill, 0.25), 1.5)
    petals = "".join(place(petal, 0, 0, turn=72 * at) for at in range(5))
    return place(petals + ellipse(0, 0, 5, 5, "#e8728f"), x, y, size, turn)


def falling_petals(count: int, width: float, height: float) -> str:
    """Let single petals drift over the picture."""
    petal = shape("M0 0C-12-6-12-20-3-25L0-21L3-25C12-20 12-6 0 0Z", "#ffd3e0", "#ee9db6", 1.5)
    return "".join(
        place(petal, x, y, 0.55 + 0.6 * chance, 360 * chance)
        for x, y, chance in scatter(count, 0, 0, width, height)
    )


def cherry_branch(points: Sequence[Point], thickness: float) -> str:
    """Draw a branch along the points, full of blossoms."""
    bark = "#6b4650"
    widths = [thickness * (1 - 0.85 * at / (len(points) - 1)) for at in range(len(points))]
    parts = shape(ribbon(points, widths), bark, outline(bark))
    for at, (x, y) in enumerate(points):
        reach = 66 if at else 50
        cluster = list(scatter(11, x - reach, y - reach, 2 * reach, 2 * reach))
        parts += "".join(ellipse(cx, cy, 30, 26, "#ffdbe6", opacity=0.9) for cx, cy, _ in cluster)
        parts += "".join(
            blossom(cx, cy, 0.62 + 0.4 * chance, "#ffc2d6" if chance > 0.4 else "#ffe4ec", 360 * chance)
            for cx, cy, chance in cluster
        )
    return parts


def flower(x: float, y: float, size: float, fill: str) -> str:
    """Draw a small meadow flower on its stem, rooted at (x, y)."""
    petals = "".join(place(ellipse(0, -10, 6, 9, fill), 0, -34, turn=60 * at) for at in range(6))
    stem = stroke("M0 0Q4-18 0-34", "#4f8a4c", 3.5) + shape("M1-10Q16-24 20-12Q12-4 1-8Z", "#63a35a", width=0)
    return place(stem + petals + ellipse(0, -34, 6, 6, "#ffd257"), x, y, size)


def grass_tufts(count: int, x: float, y: float, width: float, height: float, fill: str) -> str:
    """Spread tufts of grass over a meadow."""
    tuft = stroke("M0 0Q-4-12-10-18M0 0Q0-14 1-24M0 0Q5-12 11-17", fill, 3.5)
    return "".join(place(tuft, gx, gy, 0.7 + 0.5 * c) for gx, gy, c in scatter(count, x, y, width, height))


def mushroom(x: float, y: float, size: float) -> str:
    """Draw a red mushroom with white dots."""
    parts = (
        shape("M-10 0Q-8-20-10-34L10-34Q8-20 10 0Q0 6-10 0Z", "#f7ead8", outline("#f7ead8"), 3)
        + shape("M-34-30C-30-64 30-64 34-30Q0-20-34-30Z", "#d9473f", outline("#d9473f"), 3)
        + ellipse(-12, -42, 5, 4, "#fff6ea")
        + ellipse(10, -46, 6, 5, "#fff6ea")
        + ellipse(2, -33, 4, 3, "#fff6ea")
    )
    return place(parts, x, y, size)


def rose(x: float, y: float, size: float, fill: str = "#d9415a") -> str:
    """Draw a rose from above."""
    parts = (
        ellipse(0, 0, 30, 28, darker(fill, 0.15), 3)
        + shape("M-26-4C-20-28 20-30 26-4C16-14-14-14-26-4Z", fill, width=0)
        + shape("M-22 8C-12 28 16 26 24 6C10 18-8 18-22 8Z", lighter(fill, 0.15), width=0)
        + stroke("M-12 0C-10-14 12-14 12 0C12 10-6 12-6 2C-6-4 4-6 5 0", darker(fill, 0.45), 3)
    )
    return place(parts, x, y, size)
