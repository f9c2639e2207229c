"""Plots as SVG text, drawn here so that measuring needs no packages: small panels with two lines over a logarithmic axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 52, 34, 40
COLUMNS = 2
COST, MEMORY = "#1f5fa8", "#b3541e"


@dataclass
class Panel:
    """`costs` and `memory` are (size, value) pairs; costs have the axis at the left, memory that at the right."""

    title: str
    axis: str
    costs: list[tuple[float, float]]
    memory: list[tuple[float, float]]


def panels(members: list[Panel]) -> str:
    rows = math.ceil(len(members) / COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="10">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        text(LEFT, 15, "CPU µs per message (left axis)", COST, anchor="start", size=11),
        text(LEFT + 200, 15, "resident memory, MiB (right axis)", MEMORY, anchor="start", size=11),
    ]
    for number, panel in enumerate(members):
        x, y = number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT + 24
        parts.append(f'<g transform="translate({x} {y})">{draw(panel)}</g>')
    return "\n".join(parts) + "\n</svg>\n"


def draw(panel: Panel) -> str:
    sizes = [size for size, _ in panel.costs]
    low, high = math.log10(max(1, min(sizes))), math.log10(max(1, max(sizes)))
    span = max(high - low, 1e-9)

    def across(size: float) -> float:
        return LEFT + (math.log10(max(1, size)) - low) / span * (WIDTH - LEFT - RIGHT)

    parts = [text(WIDTH / 2, 16, panel.title, "black", size=11), text(WIDTH / 2, HEIGHT - 8, panel.axis, "#444")]
    bottom = HEIGHT - BOTTOM
    parts.append(f'<path d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}V{TOP}" fill="none" stroke="#888"/>')
    for size in sizes:
        parts.append(f'<path d="M{across(size):.1f} {bottom}v4" stroke="#888"/>')
        parts.append(text(across(size), bottom + 15, short(size), "#444"))
    for values, color, at, anchor in ((panel.costs, COST, LEFT - 5, "end"),
                                      (panel.memory, MEMORY, WIDTH - RIGHT + 5, "start")):
        top = nice(max(value for _, value in values))
        for share in (0, 0.5, 1):
            parts.append(text(at, bottom - share * (bottom - TOP) + 3, f"{share * top:g}", color, anchor))
        places = [(across(size), bottom - value / top * (bottom - TOP)) for size, value in values]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="1.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{color}"/>' for x, y in places]
    return "".join(parts)


def text(x: float, y: float, content: str, color: str, anchor: str = "middle", size: int = 10) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" text-anchor="{anchor}" font-size="{size}">{escape(content)}</text>'


def nice(value: float) -> float:
    """The next larger of 1, 2, 5, 10, ... times a power of ten."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def short(size: float) -> str:
    for unit, factor in (("M", 1e6), ("k", 1e3)):
        if size >= factor:
            return f"{size / factor:.3g}{unit}"
    return f"{size:g}"
