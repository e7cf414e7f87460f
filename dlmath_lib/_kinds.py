"""The kinds of claims: `verify` makes them, the book's build shows them and needs no SymPy for it."""

MIME = "application/vnd.dlmath.claim+json"
KINDS = {
    "definition": ("≔", "Definition"),
    "proved": ("✓", "Proved"),
    "derivation": ("✓", "Derived"),
    "agrees": ("✓", "Agrees"),
    "gradient": ("✓", "Gradient checked"),
    "refuted": ("✗", "Refuted"),
    "family": ("✓", "Checked together"),
}
