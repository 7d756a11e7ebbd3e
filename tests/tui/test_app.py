"""The shell: it begins, it goes from screen to screen, it says what is wrong, and it quits well."""

from __future__ import annotations

import pytest

from poetry_tui.studio import Studio
from tests.tui.shell import SIZES, Shell, shown, until


@pytest.mark.parametrize("size", SIZES)
async def test_it_opens_and_says_who_plays(studio: Studio, size: tuple[int, int]) -> None:
    app = Shell({}, studio)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.standing == "ready")
        await pilot.pause()
        header = shown(app).splitlines()[0]
        assert "poetry   1 Workshop   4 Library" in header
        assert "poet poet  educator educator  ●" in header
        assert "f1 help" in shown(app).splitlines()[-1]
        await pilot.press("escape")
        assert "? help" in shown(app).splitlines()[-1]
