"""What the marks share when matplotlib draws the static picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap

__all__ = ["RAMPS", "drawable", "line", "signed"]

# As in the front end, light.
RAMPS: dict[str, Any] = {
    "sequential": colormaps["Blues"],
    "diverging": LinearSegmentedColormap.from_list("", ["#8a3d00", "#dc8a3e", "#f5f3ee", "#5aa5d8", "#0a4f87"]),
}


def drawable(numbers: Any) -> np.ndarray:
    """Without what would make the renderer overflow."""
    array = np.asarray(numbers, dtype=float)
    return np.where(np.isfinite(array) & (np.abs(array) < 1e15), array, np.nan)


def line(ax: Any, x: Any, y: Any, color: str, *, label: str | None, dash: bool = False, width: float = 2) -> None:
    """A line through points."""
    style = "--" if dash else "-"
    ax.plot(drawable(x), drawable(y), color=color, label=label, linestyle=style, linewidth=0.8 * width)


def signed(text: str) -> str:
    """``text`` with true minus signs."""
    return text.replace("-", "−")
