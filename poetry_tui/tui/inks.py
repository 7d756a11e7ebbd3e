"""`Inks`: the styles that text on a page can have, mixed from the colours of the theme in use."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import Theme

_HUES_DARK = ("#d98e73", "#8fb0a9", "#c9a86a", "#9db17c", "#b79bc4", "#8ba6cf", "#cf92a8")
_HUES_LIGHT = ("#a6472a", "#3d6b63", "#7a5a1e", "#4f6b2a", "#6f4a86", "#355a8c", "#93395c")


@dataclass(frozen=True, slots=True, eq=False)
class Inks:
    """One style for each thing that text can mean. Every meaning has a mark or attribute besides its colour.

    There is one of them a theme, and two are the same only if they are one: what is laid out is remembered by its inks.
    """

    text: Style
    quiet: Style
    faint: Style
    heading: Style
    number: Style
    gone: Style
    come: Style
    lock: Style
    mark: Style
    chip: Style
    chip_on: Style
    bad: Style
    good: Style
    cursor: Style
    hues: tuple[Style, ...]

    def letter(self, letter: str, *, fits: bool) -> Style:
        """The style of a rhyme letter: a hue of its own, reversed where the rhyme fails."""
        hue = self.hues[(ord(letter[0].upper()) - ord("A")) % len(self.hues)]
        return hue + (Style(bold=True) if fits else Style(bold=True, reverse=True))


def inks_of(app: App[object]) -> Inks:
    """The inks of the theme in use."""
    theme = app.current_theme
    if theme.name not in _INKS:
        colors = theme.to_color_system().generate()
        _INKS[theme.name] = _mixed(theme, colors["foreground"], colors["background"])
    return _INKS[theme.name]


_INKS: dict[str, Inks] = {}


def _mixed(theme: Theme, foreground: str, background: str) -> Inks:
    ink, paper = Color.parse(foreground), Color.parse(background)

    def style(color: Color | str, *, bold: bool = False, underline: bool = False, strike: bool = False) -> Style:
        mixed = Color.parse(color) if isinstance(color, str) else color
        return Style(color=mixed.rich_color, bold=bold or None, underline=underline or None, strike=strike or None)

    error, success = theme.error or "red", theme.success or "green"
    primary, secondary, accent = theme.primary, theme.secondary or theme.primary, theme.accent or theme.primary
    panel = Color.parse(theme.panel) if theme.panel else paper.blend(ink, 0.12)
    accent_color = Color.parse(accent)
    return Inks(
        text=style(ink),
        quiet=style(ink.blend(paper, 0.25)),
        faint=style(ink.blend(paper, 0.32)),
        heading=style(primary, bold=True),
        number=style(secondary, bold=True),
        gone=style(error, strike=True),
        come=style(success, bold=True, underline=True),
        lock=style(primary),
        mark=style(success),
        chip=Style(color=accent_color.rich_color, bgcolor=panel.rich_color),
        chip_on=Style(color=paper.rich_color, bgcolor=accent_color.rich_color, bold=True),
        bad=style(error),
        good=style(success),
        cursor=Style(bgcolor=panel.rich_color),
        hues=tuple(style(hue) for hue in (_HUES_DARK if theme.dark else _HUES_LIGHT)),
    )
