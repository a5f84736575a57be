"""A heat map as an SVG document: rows and columns of shares from 0 to 1, for the figures of the documents."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_CELL_WIDTH, _CELL_HEIGHT = 62, 24
_TOP = 78
_LETTER = 7.2
_MOST_LETTERS = 34
# From white to a dark blue, as in the app.
_LIGHT, _DARK = (0xED, 0xF2, 0xFA), (0x1F, 0x4E, 0x9F)


def heat_map(
    title: str,
    columns: Sequence[str],
    rows: Sequence[str],
    values: Sequence[Sequence[float]],
    groups: Sequence[tuple[str, int]] = (),
) -> str:
    """The document; ``values`` hold a share for each row and column, ``groups`` names for so many columns each.

    Long labels are cut. A share of at least 1% is also written.
    """
    labels = [_cut(row) for row in rows]
    left = 24 + _LETTER * max(map(len, labels), default=0)
    width = max(left + _CELL_WIDTH * len(columns) + 16, 20 + 8.4 * len(title))
    height = _TOP + _CELL_HEIGHT * len(rows) + 16
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{height}" fill="white"/>',
        f'<text x="12" y="24" font-size="15">{escape(title)}</text>',
    ]
    at = 0
    for name, count in groups:
        x = left + _CELL_WIDTH * (at + count / 2)
        lines.append(f'<text x="{x:.1f}" y="50" text-anchor="middle" font-weight="bold">{escape(_cut(name))}</text>')
        at += count
    for number, column in enumerate(columns):
        x = left + _CELL_WIDTH * (number + 0.5)
        lines.append(f'<text x="{x:.1f}" y="{_TOP - 8}" text-anchor="middle">{escape(_cut(column, 10))}</text>')
    for row, (label, shares) in enumerate(zip(labels, values, strict=True)):
        y = _TOP + _CELL_HEIGHT * row
        lines.append(f'<text x="{left - 8:.1f}" y="{y + 16}" text-anchor="end">{escape(label)}</text>')
        for number, share in enumerate(shares):
            x = left + _CELL_WIDTH * number
            lines.append(
                f'<rect x="{x:.1f}" y="{y}" width="{_CELL_WIDTH - 2}" height="{_CELL_HEIGHT - 2}" '
                f'fill="{_colour(share)}"/>'
            )
            if share >= 0.01:
                ink = "white" if share > 0.5 else "#222"
                lines.append(
                    f'<text x="{x + _CELL_WIDTH / 2 - 1:.1f}" y="{y + 16}" text-anchor="middle" fill="{ink}">'
                    f"{share:.2f}</text>"
                )
    return "\n".join([*lines, "</svg>"]) + "\n"


def _cut(text: str, most: int = _MOST_LETTERS) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _colour(share: float) -> str:
    part = min(max(share, 0.0), 1.0)
    mixed = (round(light + (dark - light) * part) for light, dark in zip(_LIGHT, _DARK, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
