"""Words inside LaTeX."""

from __future__ import annotations

ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
MATHEMATICS = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "η": r"\eta", "θ": r"\theta",
    "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau",
    "φ": r"\varphi", "ψ": r"\psi", "ω": r"\omega", "Σ": r"\Sigma", "Π": r"\Pi", "Δ": r"\Delta", "Φ": r"\Phi",
    "Ω": r"\Omega", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "→": r"\to", "∞": r"\infty", "∂": r"\partial",
    "∇": r"\nabla", "·": r"\cdot", "×": r"\times", "−": r"-", "′": r"'", "±": r"\pm", "√": r"\surd", "∈": r"\in",
    "⇒": r"\Rightarrow", "≈": r"\approx", "⊙": r"\odot", "∫": r"\int", "∑": r"\sum", "⁻": r"^{-}", "ᵀ": r"^\top",
    "ⁿ": r"^n", "¹": r"^1", "²": r"^2", "³": r"^3", "⁴": r"^4", "⁵": r"^5", "₀": r"_0", "₁": r"_1", "₂": r"_2",
    "₃": r"_3", "ᵢ": r"_i", "ⱼ": r"_j", "ₖ": r"_k", "ₙ": r"_n", "½": r"\tfrac12",
}  # fmt: skip


def latex_text(words: str) -> str:
    r"""Return words that may stand inside ``\text{…}``: specials escaped, mathematical letters in dollars.

    >>> latex_text("50 % of σ")
    '50 \\% of $\\sigma$'
    """
    return "".join(f"${MATHEMATICS[c]}$" if c in MATHEMATICS else ESCAPES.get(c, c) for c in words)
