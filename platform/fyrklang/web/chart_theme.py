"""How charts are drawn: the look's settings, rendering to inline SVG, and colours as hex for files.

Specs name colours as `var(--fy-…)`, so one SVG follows the page into dark mode. Pictures for PDF and Excel
cannot, so `in_hex` swaps in the values of one mode, read from the same style sheet.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from markupsafe import Markup, escape

from fyrklang.web.assets import STATIC

Spec = dict[str, Any]
Mode = Literal["light", "dark"]

FONTS = STATIC / "vendor" / "inter"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

NARROW, MIDDLE, WIDE = 272, 540, 700
"""Widths in CSS pixels that the style sheet knows; the page's container picks one."""

CONFIG: Spec = {
    "aria": False,
    "font": "Inter",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "labelFontSize": 12,
        "labelColor": "var(--fy-text2)",
        "gridColor": "var(--fy-c-grid)",
        "gridWidth": 1,
        "title": None,
        "titleFontSize": 12,
        "titleFontWeight": 400,
        "titleColor": "var(--fy-text2)",
    },
    "axisX": {
        "domain": True,
        "domainColor": "var(--fy-c-axis)",
        "ticks": True,
        "tickColor": "var(--fy-c-axis)",
        "tickSize": 4,
        "grid": False,
        "titleAnchor": "end",
        "titlePadding": 6,
        "labelAngle": 0,
    },
    "legend": {"disable": True},
    "point": {"size": 58, "filled": True, "opacity": 1, "stroke": "var(--fy-surface)", "strokeWidth": 1},
    "line": {"strokeWidth": 1.75, "strokeCap": "round", "strokeJoin": "round"},
    "rule": {"color": "var(--fy-c-ink)", "strokeWidth": 1.25},
    "bar": {"cornerRadius": 2},
    "text": {"fontSize": 12, "color": "var(--fy-text)"},
}

PERCENT_LABEL = "format(datum.value * 100, '.0f') + '\u00a0%'"

_TOKEN = re.compile(r"--(fy-[a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
_lock = threading.Lock()


@cache
def tokens() -> Mapping[str, tuple[str, str]]:
    """Every colour token with its light and dark value, from the style sheet itself."""
    source = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    return {name: (light, dark) for name, light, dark in _TOKEN.findall(source)}


def in_hex(spec_or_svg: str, mode: Mode = "light") -> str:
    """Replace every `var(--fy-…)` with the colour of one mode, for files that stand alone."""
    column = 0 if mode == "light" else 1
    return re.sub(r"var\(--(fy-[a-z0-9-]+)\)", lambda found: tokens()[found[1]][column], spec_or_svg)


@cache
def _engine() -> Any:
    """The renderer, loaded at first use: it costs half a second and 100 MB that most processes never need."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert


@lru_cache(maxsize=512)
def _raw_svg(spec: str) -> str:
    with _lock:
        return str(_engine().vegalite_to_svg(spec, format_locale="sv-SE", time_format_locale="sv-SE"))


@lru_cache(maxsize=64)
def png(spec: str, mode: Mode = "light", scale: float = 2) -> bytes:
    """A chart as PNG for Excel and other files; `spec` is one of `Chart.specs`."""
    with _lock:
        return bytes(_engine().vegalite_to_png(in_hex(spec, mode), scale=scale, format_locale="sv-SE"))


def file_svg(spec: str, mode: Mode = "light") -> str:
    """A chart as a free-standing SVG for typst: hex colours, no page around it."""
    return in_hex(_raw_svg(spec), mode)


def _tidy(svg: str, prefix: str) -> str:
    """Fit for standing in a page: unique ids, no style, no classes, nothing for screen readers inside."""
    svg = re.sub(r"<path[^>]*(?:display=\"none\"|M0,0h0v0h0Z)[^>]*/>", "", svg)
    svg = re.sub(r' (?:class|role|aria-[a-z]+|xmlns:xlink|version|style)="[^"]*"', "", svg)
    svg = re.sub(r"(\d+\.\d{2})\d+", r"\1", svg)
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    return svg.replace("url(#", f"url(#{prefix}").replace(' opacity="1"', "")


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its SVG for the page and its specs, narrow to wide, for files."""

    svg: Markup
    specs: tuple[str, ...]

    @property
    def widest(self) -> str:
        """The spec to use in files."""
        return self.specs[-1]


def draw(views: Sequence[tuple[int, Spec]], words: str) -> Chart:
    """Render a chart in each of its widths.

    Args:
        views: (width, spec) from narrow to wide; widths are `NARROW`, `MIDDLE`, `WIDE`.
        words: what the picture says, for those who cannot see it. The numbers stand in the table twin.
    """
    texts = tuple(json.dumps(spec, ensure_ascii=False, sort_keys=True) for _, spec in views)
    return _draw(tuple(width for width, _ in views), texts, words)


@lru_cache(maxsize=256)
def _draw(widths: tuple[int, ...], texts: tuple[str, ...], words: str) -> Chart:
    drawn = []
    for width, text in zip(widths, texts, strict=True):
        prefix = f"c{hashlib.sha256(f'{text}{words}'.encode()).hexdigest()[:8]}-"
        svg = _tidy(_raw_svg(text), prefix)
        head = f'<svg class="fy-chart__view fy-chart__view--{width}" role="img" aria-label="{escape(words)}" '
        drawn.append(svg.replace("<svg ", head, 1))
    return Chart(Markup("".join(drawn)), texts)  # noqa: S704 - our own renderer; texts in it are escaped by it.


def frame(width: int, height: int, margins: tuple[int, int, int, int], layers: Sequence[Spec]) -> Spec:
    """A spec of exactly `width` pixels: the plot is what the margins (top, right, bottom, left) leave."""
    top, right, bottom, left = margins
    return {
        "$schema": SCHEMA,
        "background": None,
        "autosize": "none",
        "width": width - left - right,
        "height": height - top - bottom,
        "padding": {"top": top, "right": right, "bottom": bottom, "left": left},
        "config": CONFIG,
        "data": {"values": [{}]},
        "layer": list(layers),
    }


def words_at(text: str | Sequence[str], x: Spec, y: Spec, *, halo: bool = True, **mark: Any) -> list[Spec]:
    """A text layer, by default with a rim of the page's surface so that it can be read over marks."""
    base: Spec = {"type": "text", "text": text, "baseline": "middle", **mark}
    place = {"data": {"values": [{}]}, "encoding": {"x": x, "y": y}}
    layers = [{**place, "mark": base}]
    if halo:
        rim = {**base, "stroke": "var(--fy-surface)", "strokeWidth": 3.5, "color": "var(--fy-surface)"}
        layers.insert(0, {**place, "mark": {**rim, "strokeJoin": "round"}})
    return layers


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Move positions apart so that neighbours keep `gap`, as little as possible, in the same order."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    blocks: list[tuple[list[int], float]] = []
    for index in order:
        members, centre = [index], wanted[index]
        while blocks and centre - blocks[-1][1] < gap * (len(members) + len(blocks[-1][0])) / 2:
            others, _ = blocks.pop()
            members = others + members
            centre = sum(wanted[member] for member in members) / len(members)
        blocks.append((members, centre))
    for members, centre in blocks:
        first = centre - gap * (len(members) - 1) / 2
        for step, member in enumerate(members):
            placed[member] = first + gap * step
    return placed


def nice_top(highest: float, step: float = 0.2) -> float:
    """The next step above the highest value, at most 1."""
    return min(1.0, round(math.ceil(round(highest / step, 6)) * step, 6))


def _steps(top: float, step: float) -> list[float]:
    return [round(step * index, 4) for index in range(round(top / step) + 1)]


def share_axis(top: float, step: float = 0.2) -> Spec:
    """A y channel for shares from 0, with a few values written as "40 %"."""
    return {
        "type": "quantitative",
        "scale": {"domain": [0, top], "nice": False},
        "axis": {"values": _steps(top, step), "labelExpr": PERCENT_LABEL},
    }


def without_empty_fields(layer: Spec) -> Spec:
    """`{**x, "field": None, "datum": 5}` is short to write; the schema wants the key gone."""
    encoding = {
        channel: {key: value for key, value in how.items() if not (key == "field" and value is None)}
        for channel, how in layer["encoding"].items()
    }
    return {**layer, "encoding": encoding}


__all__ = [
    "CONFIG", "MIDDLE", "NARROW", "PERCENT_LABEL", "WIDE", "Chart", "Mode", "Spec", "draw", "file_svg",
    "frame", "in_hex", "nice_top", "png", "share_axis", "spread", "tokens", "without_empty_fields",
    "words_at",
]  # fmt: skip
