"""Words inside LaTeX."""

from __future__ import annotations

ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
MATHEMATICS = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "η": r"\eta", "θ": r"\theta",
    "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\varphi",
    "ψ": r"\psi", "ω": r"\omega", "Σ": r"\Sigma", "Π": r"\Pi", "Δ": r"\Delta", "Φ": r"\Phi", "Ω": r"\Omega",
    "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "→": r"\to", "∞": r"\infty", "∂": r"\partial", "∇": r"\nabla", "·": r"\cdot",
    "×": r"\times", "−": "-", "′": "'", "±": r"\pm", "√": r"\surd", "∈": r"\in", "⇒": r"\Rightarrow", "≈": r"\approx",
    "⊙": r"\odot", "∫": r"\int", "∑": r"\sum", "⁻": "^{-}", "ᵀ": r"^\top", "ⁿ": "^n", "¹": "^1", "²": "^2", "³": "^3",
    "⁴": "^4", "⁵": "^5", "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3", "ᵢ": "_i", "ⱼ": "_j", "ₖ": "_k", "ₙ": "_n", "½": r"\tfrac12",
}  # fmt: skip


def latex_text(words: str) -> str:
    r"""Return words that may stand inside ``\text{…}``: specials escaped, mathematical letters in dollars.

    >>> latex_text("50 % of σ")
    '50 \\% of $\\sigma$'
    """
    return "".join(f"${MATHEMATICS[c]}$" if c in MATHEMATICS else ESCAPES.get(c, c) for c in words)
