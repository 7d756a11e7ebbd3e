"""Everything written in our themes can be read: contrast by the formula of WCAG 2."""

from __future__ import annotations

from dataclasses import fields

import pytest
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from poetry_tui.tui.inks import inks_of
from poetry_tui.tui.themes import THEMES


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
@pytest.mark.parametrize(
    "text", ["foreground", "primary", "secondary", "accent", "warning", "success", "error", "text-muted"]
)
def test_text_stands_out_from_every_ground(theme: Theme, ground: str, text: str) -> None:
    assert contrast(colour(theme, text), colour(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_the_line_under_the_cursor_can_be_read(theme: Theme) -> None:
    for state in ("block-cursor", "block-cursor-blurred"):
        assert contrast(colour(theme, f"{state}-foreground"), colour(theme, f"{state}-background")) >= 4.5


def colour(theme: Theme, name: str) -> Color:
    return Color.parse(theme.variables.get(name) or getattr(theme, name))


def contrast(one: Color, other: Color) -> float:
    """1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in color.rgb)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
async def test_every_ink_on_a_page_can_be_read(theme: Theme) -> None:
    app: App[None] = App()
    async with app.run_test():
        app.register_theme(theme)
        app.theme = theme.name
        inks = inks_of(app)
        named = {field.name: getattr(inks, field.name) for field in fields(inks)}
        hues = {f"hue {number}": hue for number, hue in enumerate(named.pop("hues"))}
        del named["cursor"]
        for name, ink in {**named, **hues}.items():
            ground = Color.from_rich_color(ink.bgcolor) if ink.bgcolor else Color.parse(theme.background)
            assert contrast(Color.from_rich_color(ink.color), ground) >= 4.5, name
