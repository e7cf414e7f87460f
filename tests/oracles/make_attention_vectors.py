"""Store what PyTorch's scaled dot-product attention returns, forward and backward: an outside witness of ``layers``.

Run it with PyTorch 2.13.0 installed (it is not in requirements.txt: elsewhere than here pip brings gigabytes):

    PYTHONPATH=. python tests/oracles/make_attention_vectors.py

It writes ``dlmath_lib/vectors/attention.npz``: plain, masked, with another scale, causal and with leading axes, with
random cotangents, in float64 and float32.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

RNG = np.random.default_rng(20261127)
CASES = {
    "plain": ((), None, None),
    "masked": ((), RNG.random((4, 5)) < 0.6, None),
    "scaled": ((), None, 1.3),
    "causal": ((), np.tril(np.ones((4, 5), bool)), None),
    "leading": ((2, 3), RNG.random((2, 3, 4, 5)) < 0.6, 0.4),
}


def main() -> None:
    stored = {}
    for name, (lead, mask, scale) in CASES.items():
        if mask is not None:
            mask[..., 0] = True
            stored[f"{name}_mask"] = mask
        for dtype in ("float64", "float32"):
            shapes = {"q": (4, 3), "k": (5, 3), "v": (5, 2), "g": (4, 2)}
            a = {key: 2 * RNG.normal(size=(*lead, *shape)).astype(dtype) for key, shape in shapes.items()}
            q, k, v = (torch.from_numpy(a[key]).requires_grad_() for key in "qkv")
            seen = None if mask is None else torch.from_numpy(mask)
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, scale=scale)
            y.backward(torch.from_numpy(a["g"]))
            a |= {"y": y.detach().numpy(), "dq": q.grad.numpy(), "dk": k.grad.numpy(), "dv": v.grad.numpy()}
            stored |= {f"{name}_{dtype}_{key}": value for key, value in a.items()}
        stored[f"{name}_scale"] = np.array(0.0 if scale is None else scale)
    path = Path(__file__).resolve().parents[2] / "dlmath_lib/vectors/attention.npz"
    np.savez_compressed(path, **stored)
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
