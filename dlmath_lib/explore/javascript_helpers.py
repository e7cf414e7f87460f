"""The JavaScript of each function: one of ``Math``, or a helper whose source goes into the bodies that use it."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy.codegen import cfunctions, numpy_nodes

__all__ = ["CALLS", "sources"]

# SymPy class -> JavaScript function of the same arguments; a bare name is one of HELPERS.
CALLS: dict[type, str] = {
    sp.exp: "Math.exp", sp.log: "Math.log", sp.Abs: "Math.abs", sp.sign: "Math.sign",
    sp.floor: "Math.floor", sp.ceiling: "Math.ceil",
    sp.sin: "Math.sin", sp.cos: "Math.cos", sp.tan: "Math.tan", sp.sec: "sec", sp.csc: "csc", sp.cot: "cot",
    sp.asin: "Math.asin", sp.acos: "Math.acos", sp.atan: "Math.atan", sp.atan2: "Math.atan2",
    sp.sinh: "Math.sinh", sp.cosh: "Math.cosh", sp.tanh: "Math.tanh",
    sp.asinh: "Math.asinh", sp.acosh: "Math.acosh", sp.atanh: "Math.atanh",
    sp.sinc: "sinc", sp.erf: "erf", sp.erfc: "erfc", sp.gamma: "gamma",
    sp.Heaviside: "step", sp.Mod: "mod", sp.Max: "Math.max", sp.Min: "Math.min",
    cfunctions.log1p: "Math.log1p", cfunctions.expm1: "Math.expm1", cfunctions.log2: "Math.log2",
    cfunctions.log10: "Math.log10", cfunctions.Cbrt: "Math.cbrt", cfunctions.hypot: "Math.hypot",
    cfunctions.Sqrt: "Math.sqrt", numpy_nodes.logaddexp: "logaddexp",
    numpy_nodes.maximum: "Math.max", numpy_nodes.minimum: "Math.min",
}  # fmt: skip
# erf: the series of positive terms (2/√π) exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)), which cancels nothing.
# erfc: Laplace's continued fraction for x ≥ 1, where 1 − erf would lose digits.
# exp(−x²) splits x so that the square of its head is exact.
HELPERS: dict[str, str] = {
    "expsq": "const expsq=x=>{const h=Math.fround(x);return Math.exp(-h*h)*Math.exp((h-x)*(h+x));};",
    "erfs": (
        "const erfs=x=>{let t=x,s=x;for(let n=1;t/s>1e-17;n++){t*=2*x*x/(2*n+1);s+=t;}"
        "return 1.1283791670955126*expsq(x)*s;};"
    ),
    "erfl": (
        "const erfl=x=>{if(x>28)return 0;let f=x;for(let n=x<2?Math.ceil(200/x/x):60;n>0;n--)f=x+n/2/f;"
        "return expsq(x)/(1.772453850905516*f);};"
    ),
    "erf": "const erf=x=>x>=2?1-erfl(x):x<=-2?erfl(-x)-1:erfs(x);",
    "erfc": "const erfc=x=>x>=1?erfl(x):x<=-2?2-erfl(-x):1-erfs(x);",
    # C's pow, which NumPy follows, has 1 where JavaScript's has NaN: pow(1, NaN), pow(±1, ±∞).
    "pow": "const pow=(a,b)=>a===1||(a===-1&&(b===Infinity||b===-Infinity))?1:Math.pow(a,b);",
    "mod": "const mod=(a,b)=>{const r=a%b;return r!==0&&(r<0)!==(b<0)?r+b:r;};",
    "step": "const step=(x,h)=>x<0?0:x>0?1:x===0?h:NaN;",
    "sinc": "const sinc=x=>x===0?1:Math.sin(x)/x;",
    "sec": "const sec=x=>1/Math.cos(x);",
    "csc": "const csc=x=>1/Math.sin(x);",
    "cot": "const cot=x=>1/Math.tan(x);",
    "logaddexp": "const logaddexp=(a,b)=>a===b?a+Math.LN2:Math.max(a,b)+Math.log1p(Math.exp(-Math.abs(a-b)));",
    # Stirling's series, after a shift to x ≥ 16 where its seven terms reach 1e-17.
    "stirling": (
        "const stirling=x=>{const r=1/(x*x);return (1/12-r*(1/360-r*(1/1260-r*(1/1680-r*(1/1188-r*(691/360360"
        "-r/156))))))/x;};"
    ),
    "gamma": (
        "const gamma=x=>{if(x===Infinity)return x;"
        "if(x<=0&&x===Math.floor(x))return NaN;"
        "if(x<0.5){const k=Math.round(x),s=Math.sin(Math.PI*(x-k))*(k%2===0?1:-1);"
        "return x<-180?0:Math.PI/(s*gamma(1-x));}"
        "if(x>171.7)return x>0?Infinity:NaN;"
        "if(x===Math.floor(x)){let f=1;for(let i=2;i<x;i++)f*=i;return f;}"
        "let d=1,y=x;while(y<16){d*=y;y+=1;}"
        "const w=Math.pow(y,y/2-0.25);return 2.5066282746310002*w*Math.exp(-y)*w*Math.exp(stirling(y))/d;};"
    ),
}
NEEDS: dict[str, tuple[str, ...]] = {
    "erfs": ("expsq",),
    "erfl": ("expsq",),
    "erf": ("erfs", "erfl"),
    "erfc": ("erfs", "erfl"),
    "gamma": ("stirling",),
}


def sources(used: Iterable[str]) -> str:
    """The sources of the helpers ``used`` and of those that they call, in a fixed order.

    >>> sources(["sinc"])
    'const sinc=x=>x===0?1:Math.sin(x)/x;'
    """
    wanted: set[str] = set()
    queue = list(used)
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue.extend(NEEDS.get(name, ()))
    return "".join(source for name, source in HELPERS.items() if name in wanted)
