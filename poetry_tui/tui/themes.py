"""The two themes of the house: `ink`, dark, and `vellum`, light. Textual's own themes can be chosen too."""

from __future__ import annotations

from textual.theme import Theme

INK = Theme(
    name="ink",
    dark=True,
    background="#171613",
    surface="#1e1c18",
    panel="#26241f",
    foreground="#e4dccb",
    primary="#c9a86a",
    secondary="#8fb0a9",
    accent="#d98e73",
    warning="#d98e73",
    success="#9db17c",
    error="#cc7463",
    variables={
        "text-muted": "#9a9284",
        "block-cursor-foreground": "#171613",
        "block-cursor-background": "#c9a86a",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-foreground": "#e4dccb",
        "block-cursor-blurred-background": "#3d3930",
        "input-selection-background": "#c9a86a 35%",
        "footer-background": "#1e1c18",
        "scrollbar": "#3d3930",
        "scrollbar-background": "#171613",
        "scrollbar-corner-color": "#171613",
    },
)

VELLUM = Theme(
    name="vellum",
    dark=False,
    background="#f6f1e5",
    surface="#efe8d8",
    panel="#eae2d0",
    foreground="#2c2820",
    primary="#7a5a1e",
    secondary="#39655d",
    accent="#a04227",
    warning="#a04227",
    success="#4a6527",
    error="#9c3b2c",
    variables={
        "text-muted": "#675f50",
        "block-cursor-foreground": "#f6f1e5",
        "block-cursor-background": "#7a5a1e",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-foreground": "#2c2820",
        "block-cursor-blurred-background": "#d8cdb4",
        "input-selection-background": "#7a5a1e 30%",
        "footer-background": "#efe8d8",
        "scrollbar": "#c6baa0",
        "scrollbar-background": "#f6f1e5",
        "scrollbar-corner-color": "#f6f1e5",
    },
)

THEMES = (INK, VELLUM)
"""In the order in which they are offered; the first is the one the app starts with."""
