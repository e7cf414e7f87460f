"""The layers of a network: each a class in a file of this folder, found by being there.

A layer is made by writing that one file: what it names in ``__all__`` is a layer of ``dlmath_lib.network`` too.
"""

import importlib
import pkgutil

from dlmath_lib.network.layer import Layer

__all__: list[str] = []

for _module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
    if _module.startswith("_"):
        continue
    _loaded = importlib.import_module(f"{__name__}.{_module}")
    for _name in _loaded.__all__:
        if isinstance(_part := getattr(_loaded, _name), type) and issubclass(_part, Layer):
            globals()[_name] = _part
            __all__ += [_name]
