"""The marks: each a class in a file of this folder, with a twin in ``frontend/src/marks``.

A mark is made by writing these two files: what a file here names in ``__all__`` is found by being there.
"""

import importlib
import pkgutil

from dlmath_lib.explore.marks.base import Mark

__all__ = ["Mark"]

for _module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
    _loaded = importlib.import_module(f"{__name__}.{_module}")
    for _name in _loaded.__all__:
        if isinstance(_part := getattr(_loaded, _name), type) and issubclass(_part, Mark) and _part is not Mark:
            globals()[_name] = _part
            __all__ += [_name]
