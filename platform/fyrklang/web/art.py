"""The drawing on the login page, error pages and report covers: four voices that become one.

Run `python -m fyrklang.web.art` to write `static/login-art.svg` again. The dot where the voices meet is
drawn by the style sheet, so that it stays round when the picture is stretched.
"""

from __future__ import annotations

import math
from pathlib import Path

TARGET = Path(__file__).parent / "static" / "login-art.svg"

WIDTH, HEIGHT = 563, 482
MEETING = 432
"""Where the voices meet, in the picture's own units: 76.7 % from the left."""
LINES, STEPS = 9, 72
AMPLITUDE = 40
VOICES = (("#c684ae", 4), ("#ec9a66", 5), ("#63c3d2", 6), ("#b6d68f", 7))
"""Colour and number of half-waves, in the order of the parties."""


def _ease(t: float) -> float:
    def raw(at: float) -> float:
        return 1 / (1 + math.exp(-11 * (at - 0.66)))

    return (raw(t) - raw(0)) / (raw(1) - raw(0))


def _envelope(t: float) -> float:
    swell = max(0.0, math.sin(math.pi * min(t / 0.92, 1)))
    return float(swell**1.1 * (1 - _ease(t)) ** 0.9)


def _line(base: float, half_waves: int, share: float) -> str:
    points = []
    for step in range(STEPS + 1):
        t = step / STEPS
        ease = _ease(t)
        middle = base * (1 - ease) + HEIGHT / 2 * ease
        y = middle + share * AMPLITUDE * _envelope(t) * math.sin(math.pi * half_waves * t)
        points.append(f"{t * MEETING:.0f} {y:.1f}")
    return "M" + "L".join(points)


def draw() -> str:
    """The picture as SVG text."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        'fill="none" stroke-linejoin="round">'
    ]
    for index, (colour, half_waves) in enumerate(VOICES):
        base = HEIGHT * (index + 0.5) / len(VOICES)
        parts.append(f'<g stroke="{colour}">')
        for line in range(LINES):
            share = -1 + 2 * line / (LINES - 1)
            opacity = 0.28 + 0.67 * abs(share) ** 2
            parts.append(
                f'<path d="{_line(base, half_waves, share)}" stroke-opacity="{opacity:.2f}" '
                f'stroke-width="{1.3 if abs(share) == 1 else 0.9}" vector-effect="non-scaling-stroke"/>'
            )
        parts.append("</g>")
    parts.append(
        f'<path d="M{MEETING} {HEIGHT // 2}H{WIDTH}" stroke="#fff" stroke-width="3.5" '
        'vector-effect="non-scaling-stroke"/></svg>\n'
    )
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(draw(), encoding="utf-8")
