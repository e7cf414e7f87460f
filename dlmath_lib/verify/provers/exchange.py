"""Finite sums inside finite sums: one sum over all indices, whatever the order in which they were written."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby, permutations, product
from typing import Any

import sympy as sp

from dlmath_lib.verify.provers.sums import rewrite_sums

MOST_INDICES = 5


def in_one_order(expr: Any) -> Any:
    """Return `expr` with each nest of finite sums as one sum, its indices named and ordered in one way.

    >>> i, j = sp.symbols("i j", integer=True)
    >>> m, n = sp.symbols("m n", integer=True, positive=True)
    >>> A = sp.IndexedBase("A", real=True)
    >>> rows, columns = sp.Sum(A[i, j], (j, 1, n), (i, 1, m)), sp.Sum(A[i, j], (i, 1, m), (j, 1, n))
    >>> in_one_order(rows - columns)
    0
    """
    return sp.expand(rewrite_sums(expr)).replace(lambda e: isinstance(e, sp.Sum), _flat)


def _flat(node: sp.Sum) -> Any:
    limits, function = list(node.limits), sp.Integer(1)
    for factor in sp.Mul.make_args(node.function):
        base, power = factor.as_base_exp()
        if isinstance(base, sp.Sum) and power.is_Integer and 0 < power <= MOST_INDICES:
            for _ in range(int(power)):
                own = {limit[0]: sp.Dummy(integer=True) for limit in base.limits}
                limits += [(own[index], *ends) for index, *ends in base.limits]
                function *= base.function.xreplace(own)
        else:
            function *= factor
    indices = {limit[0] for limit in limits}
    free = all(len(limit) == 3 and limit[2].is_finite and not indices & _letters(*limit[1:]) for limit in limits)
    if not free or not 1 < len(limits) <= MOST_INDICES:
        return node
    ranges = sorted(limits, key=lambda limit: [sp.default_sort_key(end) for end in limit[1:]])
    groups = [list(group) for _, group in groupby(ranges, key=lambda limit: tuple(limit[1:]))]
    orders = ([limit for part in parts for limit in part] for parts in product(*map(permutations, groups)))
    named = [function.xreplace({limit[0]: _name(k) for k, limit in enumerate(order)}) for order in orders]
    ends = [(_name(k), *limit[1:]) for k, limit in enumerate(ranges)]
    return sp.Sum(min(named, key=sp.default_sort_key), *ends)


def _letters(*ends: Any) -> set[Any]:
    return set().union(*(end.free_symbols for end in ends))


@lru_cache(maxsize=16)
def _name(position: int) -> sp.Dummy:
    return sp.Dummy(f"place{position}", integer=True)
