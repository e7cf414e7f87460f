"""Why an expression has no ball at a point."""


class Undefined(ArithmeticError):
    """The expression has no value at this point."""


class Undecided(ArithmeticError):
    """The balls are too wide to decide (which branch, whether a divisor is zero): more digits may help."""


class Unsupported(NotImplementedError):
    """FLINT lacks the function; mpmath may have it."""
