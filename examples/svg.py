"""The few SVG shapes that all the example pictures are made of.

Every function returns SVG text; a picture is the concatenation of such texts, from back to front.
Coordinates are pixels, y grows downwards, angles are degrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

Point = tuple[float, float]

INK = "#43303f"
GOLDEN = 0.6180339887


def document(width: int, height: int, *parts: str) -> str:
    """Wrap the parts of a picture into a whole SVG file."""
    body = "".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{body}</svg>'


def shape(path: str, fill: str, line: str = INK, width: float = 4, opacity: float = 1) -> str:
    """Draw a closed path with an outline; a `width` of 0 leaves the outline out."""
    stroke = f'stroke="{line}" stroke-width="{width:g}" stroke-linejoin="round"' if width else ""
    return f'<path d="{path}" fill="{fill}" {stroke} opacity="{opacity:g}"/>'


def stroke(path: str, line: str = INK, width: float = 4, opacity: float = 1) -> str:
    """Draw an open line with round ends."""
    return (
        f'<path d="{path}" fill="none" stroke="{line}" stroke-width="{width:g}"'
        f' stroke-linecap="round" stroke-linejoin="round" opacity="{opacity:g}"/>'
    )


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, width: float = 0, opacity: float = 1) -> str:
    """Draw an ellipse around its centre."""
    line = f'stroke="{INK}" stroke-width="{width:g}"' if width else ""
    return (
        f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}" {line} opacity="{opacity:g}"/>'
    )


def box(x: float, y: float, width: float, height: float, fill: str, opacity: float = 1) -> str:
    """Fill an upright rectangle, without an outline."""
    frame = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect {frame} fill="{fill}" opacity="{opacity:g}"/>'


def polygon(points: Sequence[Point], fill: str, line: str = INK, width: float = 4) -> str:
    """Draw a shape with straight sides."""
    return shape("M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z", fill, line, width)


def place(part: str, x: float, y: float, size: float = 1, turn: float = 0, mirrored: bool = False) -> str:
    """Put a part, drawn around (0, 0), somewhere else: scaled, turned, mirrored left to right."""
    flip = -size if mirrored else size
    return f'<g transform="translate({x:g} {y:g}) rotate({turn:g}) scale({flip:g} {size:g})">{part}</g>'


def both_sides(part: str) -> str:
    """Draw a part and its mirror image, left and right of x = 0."""
    return part + place(part, 0, 0, mirrored=True)


def gradient(name: str, *stops: str) -> str:
    """Define a fill that runs through the colours from top to bottom: `url(#name)`."""
    last = max(len(stops) - 1, 1)
    marks = "".join(
        f'<stop offset="{at / last:g}" stop-color="{colour}"/>' for at, colour in enumerate(stops)
    )
    return f'<defs><linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1">{marks}</linearGradient></defs>'


def glow(name: str, colour: str, opacity: float = 0.9) -> str:
    """Define a fill that is strongest in the middle and fades to nothing: `url(#name)`."""
    middle = f'<stop offset="0" stop-color="{colour}" stop-opacity="{opacity:g}"/>'
    edge = f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/>'
    return f'<defs><radialGradient id="{name}">{middle}{edge}</radialGradient></defs>'


def blend(colour: str, other: str, share: float) -> str:
    """Mix two #rrggbb colours; `share` is how much of the other there is, from 0 to 1."""
    pairs = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def darker(colour: str, share: float = 0.25) -> str:
    """Shade a colour as flat cartoons do: towards violet, not towards grey."""
    return blend(colour, "#2a1640", share)


def lighter(colour: str, share: float = 0.35) -> str:
    """Tint a colour towards white."""
    return blend(colour, "#ffffff", share)


def outline(colour: str) -> str:
    """Pick the colour of the line around a coloured area."""
    return blend(darker(colour, 0.35), INK, 0.6)


def smooth(points: Sequence[Point], start: str = "M") -> str:
    """Lay a soft curve through all the points."""
    path = f"{start}{points[0][0]:.1f} {points[0][1]:.1f}"
    for at in range(len(points) - 1):
        before, here, there, after = (points[min(max(at + k, 0), len(points) - 1)] for k in (-1, 0, 1, 2))
        first = (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        second = (there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6)
        path += " C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in (first, second, there))
    return path


def ribbon(points: Sequence[Point], widths: Sequence[float]) -> str:
    """Make the path of a band along the points, as wide at each as `widths` says: limbs, locks, tails."""
    left: list[Point] = []
    right: list[Point] = []
    for at, (x, y) in enumerate(points):
        before, after = points[max(at - 1, 0)], points[min(at + 1, len(points) - 1)]
        angle = math.atan2(after[1] - before[1], after[0] - before[0])
        aside = (math.sin(angle) * widths[at] / 2, -math.cos(angle) * widths[at] / 2)
        left.append((x + aside[0], y + aside[1]))
        right.append((x - aside[0], y - aside[1]))
    return smooth(left) + " " + smooth(right[::-1], start="L") + "Z"


def scatter(
    count: int, x: float, y: float, width: float, height: float
) -> Iterator[tuple[float, float, float]]:
    """Spread points evenly but without a pattern over a rectangle: x, y and a number from 0 to 1 for variety.

    The same points come every time, unlike random ones.
    """
    for n in range(1, count + 1):
        yield (
            x + width * (n * GOLDEN % 1),
            y + height * ((n * GOLDEN * GOLDEN + n / count) % 1),
            n * 0.7548776662 % 1,
        )
