"""The pictures in the README and the guide, made by the app itself: a real session with the small built-in model.

    .venv/bin/python docs/make_pictures.py

writes `docs/pictures/*.svg`. The session is seeded, so the same machine and engine write the same poem.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"
REQUEST = "a short poem about winter light in a kitchen"
SEED = 3
SIZES = {"workshop": (120, 40), "workshop-wide": (168, 36), "workshop-narrow": (80, 24)}


def saved(name: str, svg: str) -> None:
    """Write a picture. The font that the drawing would fetch from the network is left to the reader's machine."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f"docs/pictures/{name}.svg")


async def main() -> None:
    from poetry_tui.library import Library
    from poetry_tui.settings import Settings
    from poetry_tui.studio import Studio
    from poetry_tui.tui.app import StudioApp

    folder = Path(tempfile.mkdtemp())
    os.environ["POETRY_TUI_HOME"] = str(folder)
    settings = Settings.load(poet={"model": "embedded"}, educator={"model": "embedded"})
    library = folder / "library.db"
    studio = Studio(settings, Library(library))
    piece = studio.begin(REQUEST, await studio.cast(), rounds=3, seed=SEED)
    async for _ in piece.run():
        pass
    await studio.aclose()
    for theme, sizes in (("ink", SIZES), ("vellum", {"workshop-vellum": (120, 40)})):
        for name, size in sizes.items():
            studio = Studio(settings.changed(theme=theme), Library(library))
            app = StudioApp({}, studio)
            async with app.run_test(size=size) as pilot:
                while app.standing != "ready":
                    await pilot.pause(0.05)
                await app.open_piece(piece.id)
                await pilot.pause(0.5)
                await pilot.press("left_square_bracket", "left_square_bracket")  # the first two drafts
                app.clear_notifications()
                await pilot.pause(0.2)
                saved(name, app.export_screenshot(title="poetry-tui"))
                if name == "workshop":
                    await pilot.press("4")
                    await pilot.pause(1.0)
                    saved("library", app.export_screenshot(title="poetry-tui"))


if __name__ == "__main__":
    asyncio.run(main())
