"""When a stored output and a new one are the same: numbers are compared as numbers, all else to the letter.

Another processor rounds the last bit another way. So two numbers are the same when they differ by at most one unit of
the last digit that is shown (of the finer one, where a printer dropped a zero: 0.5 and 0.4999), in text, HTML, LaTeX
and SVG alike. Whole numbers are counts, indices, shapes: they are compared exactly, except a percentage. Digits that
belong to a name (``x1``, ``eq-loss-2``, ``#c2334d``, NumPy 2.4) are letters.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

__all__ = ["difference", "same"]

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_POWER = r"\s*(?:·|×|⋅|\\cdot|\\times)\s*10(?:\^\{?[-−+]?\d+\}?|\*\*-?\d+|<sup>[-−]?\d+</sup>|[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
# The spaces belong to the number: a column keeps its width when a sign or a digit is gained.
_CERTIFIED = Decimal("1e-20")
_BOUND = re.compile(r"1[eE][-−+]?\d+")
_NAMED = r"(?i:\b(?:version|python|numpy|scipy|sympy|pytorch|torch|scikit-learn|matplotlib)\ v?)\d+(?:\.\w+)*"
_DIGITS = r"(?P<digits>(?:\d+\.?\d*|\.\d+)(?:[eE][-−+]?\d+(?!\w))?)(?!\d|\.\d)"
_SIGN = r"(?:(?<![\w)\]}.])[-−+])?"


def _pattern(before: str) -> re.Pattern[str]:
    # The spaces belong to the number: a column keeps its width when a sign or a digit is gained.
    number = rf"\ *{_SIGN}{before}{_DIGITS}(?P<power>{_POWER})?(?P<percent>\s?\\?%)?\ *"
    return re.compile(rf"{_NAMED}|(?P<number>{number})")


_NUMBER = _pattern(r"(?<![\w.#])(?<![A-Za-z]-)")
_DRAWN = _pattern(r"(?:(?<![\w.#])(?<![A-Za-z]-)|(?<=[\s\d\"'][MLHVCSQTA]))")  # a path may read M10.5 3
_SPEC = re.compile(r'(<script type="application/json"[^>]*>)(.*?)(</script>)', re.DOTALL)
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
Found = re.Match[str]
_SVG_UNIT = Decimal("0.01")  # plotting.show draws to 0.01 px and drops zeros


def without_pictures(shown: Any) -> Any:
    """Return what is shown with each picture as an empty one.

    >>> without_pictures([{"text/html": "a <svg width='3'><path/></svg> b"}])
    [{'text/html': 'a <svg/> b'}]
    """
    if isinstance(shown, str):
        return _PICTURE.sub("data:image/png;base64,", _SVG.sub("<svg/>", shown))
    if isinstance(shown, dict):
        return {kind: "" if kind.startswith("image/") else without_pictures(part) for kind, part in shown.items()}
    return [without_pictures(part) for part in shown] if isinstance(shown, list) else shown


def same(stored: Any, now: Any) -> bool:
    """Whether a stored output and a new one say the same.

    Parameters
    ----------
    stored, now : str, number, list or dict
        A text of any kind (plain, HTML with explorers and figures, LaTeX, Markdown) or a JSON value.

    Examples
    --------
    >>> same("loss 0.2497 after 20 steps", "loss 0.2498 after 20 steps")
    True
    >>> same("loss 0.2497 after 20 steps", "loss 0.2497 after 21 steps")
    False
    >>> same("1.2 · 10⁻⁷", "1.3 · 10⁻⁷"), same("1.2 · 10⁻⁷", "1.2 · 10⁻⁶")
    (True, False)
    >>> same("error below 1e-8", "error below 1e-7"), same("error below 1e-8", "error below 1e-6")
    (True, False)
    """
    return difference(stored, now) == ""


def difference(stored: Any, now: Any) -> str:
    """Return the first difference in words, or an empty text if there is none."""
    if isinstance(stored, str) and isinstance(now, str):
        return "" if stored == now else _text_difference(stored, now)
    return _json_difference(stored, now, _text_difference)


def _text_difference(stored: str, now: str) -> str:
    """Compare two texts: the specs of explorers as JSON, pictures as pictures, drawings and words by their numbers."""
    stored_parts, now_parts = _SPEC.split(stored), _SPEC.split(now)
    if len(stored_parts) != len(now_parts):
        return _told("explorers", len(stored_parts) // 4, len(now_parts) // 4)
    for index, (old, new) in enumerate(zip(stored_parts, now_parts, strict=True)):
        if index % 4 == 2:
            try:
                found = _json_difference(json.loads(old), json.loads(new), _code_difference)
            except ValueError:
                found = _told("a spec that is not JSON", old, new) if old != new else ""
        else:
            found = _pictures_difference(old, new)
        if found:
            return found
    return ""


def _pictures_difference(stored: str, now: str) -> str:
    old, new = _PICTURE.split(stored), _PICTURE.split(now)
    if len(old) != len(new):
        return _told("pictures", len(old) // 2, len(new) // 2)
    for index, (left, right) in enumerate(zip(old, new, strict=True)):
        if index % 2:
            found = (
                "" if same_picture(left, right) else "the stored picture (PNG) shows something else than the new one"
            )
        else:
            found = _markup_difference(left, right)
        if found:
            return found
    return ""


def same_picture(stored: str, now: str) -> bool:
    """Whether two base64 PNGs show the same, but for some pixels at the edge of a line."""
    if stored == now:
        return True
    try:
        from PIL import Image
    except ImportError:  # a reader without the extra [chapters]: nothing to compare with
        return False
    pictures = [Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA") for data in (stored, now)]
    if pictures[0].size != pictures[1].size:
        return False
    left, right = (np.asarray(picture, dtype=int) for picture in pictures)
    return bool((np.abs(left - right).max(axis=-1) > 48).mean() < 5e-4)


def _markup_difference(stored: str, now: str) -> str:
    old, new = _SVG.findall(stored), _SVG.findall(now)
    if len(old) != len(new):
        return _told("drawings", len(old), len(new))
    for left, right in zip(old, new, strict=True):
        if found := _numbers_difference(left, right, _near_in_drawing, _DRAWN):
            return found
    return _numbers_difference(_SVG.sub("<svg/>", stored), _SVG.sub("<svg/>", now), _near)


def _code_difference(stored: str, now: str) -> str:
    return "" if stored == now else _numbers_difference(stored, now, _near_in_json)


def _numbers_difference(
    stored: str, now: str, near: Callable[[Found, Found], bool], pattern: re.Pattern[str] = _NUMBER
) -> str:
    """Compare what stands between the numbers to the letter, and the numbers by ``near``."""
    if stored == now:
        return ""
    ends = [0, 0]
    pairs = zip(_numbers(pattern, stored), _numbers(pattern, now), strict=False)
    for left, right in pairs:
        words = stored[ends[0] : left.start()], now[ends[1] : right.start()]
        if words[0] != words[1]:
            return _told("the words", *_around(*words))
        if left.group() != right.group() and not near(left, right):
            return _told(f"the number after {words[0][-60:]!r}", left.group().strip(), right.group().strip())
        ends = [left.end(), right.end()]
    rest = stored[ends[0] :], now[ends[1] :]
    return "" if rest[0] == rest[1] else _told("the words", *_around(*rest))


def _numbers(pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    return (found for found in pattern.finditer(text) if found["number"])


def _value(found: Found) -> tuple[Decimal, Decimal, bool]:
    """Return a number's value, the unit of its last digit, and whether it is a whole number as a count is."""
    sign = "-" if re.match(r" *[-−]", found["number"]) else ""
    digits = found["digits"].replace("−", "-")
    value = Decimal(sign + digits)
    if found["power"]:
        exponent = re.search(r"10(?:\^\{?|\*\*|<sup>)?([-−+⁺⁻]?[\d⁰¹²³⁴⁵⁶⁷⁸⁹]+)", found["power"])
        assert exponent is not None
        value = value.scaleb(int(exponent[1].translate(_SUPERSCRIPTS).replace("−", "-")))
    whole = found["power"] is None and found["percent"] is None and re.fullmatch(r"\d+\.?", digits) is not None
    exponent_of_last = value.as_tuple().exponent
    assert isinstance(exponent_of_last, int)
    return value, Decimal(1).scaleb(exponent_of_last), whole


def _near(left: Found, right: Found, most: Decimal | None = None) -> bool:
    """Whether two shown numbers agree within one unit of the finer last digit."""
    if bool(left["percent"]) != bool(right["percent"]):
        return False
    try:
        (a, unit_a, whole_a), (b, unit_b, whole_b) = _value(left), _value(right)
    except InvalidOperation:
        return False
    if all(_BOUND.fullmatch(found["digits"]) and not found["power"] for found in (left, right)):
        return a == b or (min(a, b) > _CERTIFIED and abs(a.adjusted() - b.adjusted()) <= 1)
    unit = min(unit_a, unit_b)
    if whole_a and whole_b:
        return a == b
    return abs(a - b) <= (unit if most is None else min(unit, most))


def _near_in_drawing(left: Found, right: Found) -> bool:
    return _near(left, right, _SVG_UNIT)


def _near_in_json(left: Found, right: Found) -> bool:
    (a, _, whole_a), (b, _, whole_b) = _value(left), _value(right)
    return a == b if whole_a and whole_b else _near_floats(float(a), float(b))


def _near_floats(a: float, b: float) -> bool:
    """Whether two floats of a spec agree: to nine digits, or, both rounded to four, within one unit of the fourth."""
    if a == b or abs(a - b) <= 1e-9 * max(abs(a), abs(b)):
        return True
    if all(float(f"{v:.4g}") == v for v in (a, b)):
        step = 10.0 ** (np.floor(np.log10(max(abs(a), abs(b)))) - 3)
        return bool(abs(a - b) <= 1.000001 * step)
    return False


def _near_rounded(stored: list[Any], now: list[Any]) -> bool:
    """Whether two rows of floats that were rounded to the same few decimals agree within one unit of the last of them.

    The row tells how many decimals were kept, where one number does not: 0.687 in a row of 0.123, 0.688, ... is 0.6875
    that another processor rounds the other way, and not 0.6870.
    """
    row = [*stored, *now]
    kinds = {type(value) for value in row}  # a zero is stored as a whole number
    if len(row) < 8 or not {float} <= kinds <= {float, int}:
        return False
    decimals = next((d for d in range(1, 7) if all(round(value, d) == value for value in row)), None)
    return (
        decimals is not None and max(abs(a - b) for a, b in zip(stored, now, strict=True)) <= 1.000001 * 10.0**-decimals
    )


def _json_difference(stored: Any, now: Any, of_texts: Callable[[str, str], str], place: str = "") -> str:
    """Compare two JSON values, naming the place of the first difference."""
    where = f" at {place}" if place else ""
    if isinstance(stored, str) and isinstance(now, str):
        found = of_texts(stored, now)
        return found + where if found else ""
    if isinstance(stored, dict) and isinstance(now, dict):
        if stored.keys() != now.keys():
            return _told("the keys", sorted(stored), sorted(now)) + where
        pairs = [(key, stored[key], now[key]) for key in stored]
    elif isinstance(stored, list) and isinstance(now, list):
        if len(stored) != len(now):
            return _told("the length", len(stored), len(now)) + where
        if _near_rounded(stored, now):
            return ""
        pairs = [(index, old, new) for index, (old, new) in enumerate(zip(stored, now, strict=True))]
    else:
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (stored, now))
        whole = isinstance(stored, int) and isinstance(now, int)
        equal = _near_floats(stored, now) if numbers and not whole else type(stored) is type(now) and stored == now
        return "" if equal else _told("a value", stored, now) + where
    for key, old, new in pairs:
        if found := _json_difference(old, new, of_texts, f"{place}.{key}" if place else str(key)):
            return found
    return ""


def _around(stored: str, now: str, width: int = 60) -> tuple[str, str]:
    """Cut two texts to the neighbourhood of their first difference."""
    pairs = zip(stored, now, strict=False)
    start = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(stored), len(now)))
    first = max(0, start - width // 2)
    return stored[first : start + width], now[first : start + width]


def _told(what: str, stored: Any, now: Any) -> str:
    return f"{what}: stored {stored!r}, now {now!r}"
