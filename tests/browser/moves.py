"""An explorer of a page in a reader's hands: each control by keyboard and by mouse, and what comes of it."""

from __future__ import annotations

from typing import Any

KEYS = ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown")


class Hand:
    """Moves the controls of one figure; each move must change a value and the picture."""

    def __init__(self, page: Any, figure: str) -> None:
        self.page, self.figure = page, figure

    def ask(self, what: str, *arguments: Any) -> Any:
        """Call a function of probe.js for this figure."""
        return self.page.evaluate(f"([id, ...more]) => probe.{what}(id, ...more)", [self.figure, *arguments])

    def move_all(self, by: str) -> None:
        """Move every control: the sliders, the choices, the points, and at last the sliders that these have woken."""
        kinds = self.ask("kinds")
        order = sorted(range(len(kinds)), key=lambda k: ["slider", "segments", "menu", "point"].index(kinds[k]))
        asleep = [k for k in order if not self.move(k, kinds[k], by)]
        for k in asleep:
            self.move(k, kinds[k], by)

    def move(self, number: int, kind: str, by: str) -> bool:
        """Move one control; False where it has no effect now, and says so."""
        at = self.ask("reach", number)
        if at is None:
            return False
        assert at["focused"], f"{self.figure}: {kind} {number} takes no focus"
        changed = getattr(self, f"_{by}")(kind, at)
        name = f"{self.figure}: {kind} {number} by {by}"
        assert changed[0], f"{name} is dead"
        assert changed[1], f"{name} changes no picture"
        return True

    def reset(self) -> None:
        """Press its button, with the mouse."""
        self.page.mouse.click(*self.ask("reset"))

    def _keyboard(self, kind: str, at: dict[str, Any]) -> list[bool]:
        keyboard = self.page.keyboard
        if kind == "slider":
            # One step, and a page of steps: until a fine slider's readout moves a pixel.
            for key in ("ArrowLeft", "PageDown") if at["part"] == 1 else ("ArrowRight", "PageUp"):
                keyboard.press(key)
            return self.ask("look")
        if kind == "menu":
            keyboard.press("ArrowDown")
            changed = self.ask("look")
            if not changed[0]:
                keyboard.press("ArrowUp")
                changed = self.ask("look")
            return changed
        # A point may lie at a bound, or move in one direction alone.
        for key in KEYS:
            keyboard.press(key)
            changed = self.ask("look")
            if changed[0]:
                break
        return changed

    def _mouse(self, kind: str, at: dict[str, Any]) -> list[bool]:
        mouse = self.page.mouse
        left, top, width, height = at["box"]
        x, y = left + width / 2, top + height / 2
        if kind == "slider":
            mouse.click(left + (0.25 if at["part"] > 0.5 else 0.75) * width, y)
        elif kind == "segments":
            mouse.click(x, y)
        elif kind == "menu":
            # The list of a menu is the system's own window: a mouse's choice in it arrives as a change.
            select = self.page.locator(f"#{self.figure} select:focus")
            select.select_option(select.evaluate("s => String((s.selectedIndex + 1) % s.options.length)"))
        else:
            # Towards the middle of the picture, so that the point is not at its bound already.
            right, down = 24 if x < at["middle"][0] else -24, 18 if y < at["middle"][1] else -18
            mouse.move(x, y)
            mouse.down()
            mouse.move(x + right, y + down, steps=3)
            mouse.up()
        return self.ask("look")
