"""The shared package of *The Executable Mathematics of Deep Learning*.

The mathematics (``activations``, ``calculus``, ``linalg``, …) needs NumPy alone. ``verify`` checks formulas,
``explore`` builds the sliders, ``exercises`` checks a reader's answers, ``book`` builds the HTML book.
"""

__version__ = "0.1.0"
