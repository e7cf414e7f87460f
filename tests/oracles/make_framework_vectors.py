"""Make dlmath_lib/vectors/frameworks.npz with PyTorch 2.13.0: one small network, and the conventions beside it.

Run in an environment of its own (PyTorch is never a dependency of the book):

    python3 -m venv /tmp/torch-venv && /tmp/torch-venv/bin/pip install torch==2.13.0 numpy
    /tmp/torch-venv/bin/python tests/oracles/make_framework_vectors.py

``torch_network``, word for word, is a cell of chapters/practice/frameworks.ipynb, which runs it where PyTorch is
installed (`tests/lib/test_frameworks.py` compares them).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

RNG = np.random.default_rng(20261127)


def torch_network(x, labels, W1, b1, W2, b2, rates):
    import torch

    x, labels = torch.tensor(x), torch.tensor(labels)
    nn = torch.nn
    net = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3)).double()
    for parameter, value in zip(net.parameters(), (W1, b1, W2, b2), strict=True):
        parameter.data = torch.tensor(value)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    loss_of = torch.nn.CrossEntropyLoss()
    told = {"logits": net(x).detach().numpy(), "losses": []}
    for step, rate in enumerate(rates):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss = loss_of(net(x), labels)
        loss.backward()
        if step == 0:
            told["gradients"] = [p.grad.numpy().copy() for p in net.parameters()]
        optimizer.step()
        told["losses"].append(loss.item())
    return told | {"end": [parameter.detach().numpy() for parameter in net.parameters()]}


def conventions(arrays: dict[str, np.ndarray]) -> None:
    """Defaults, and what a function makes of numbers, by the name of the row of the chapter's table."""
    linear, conv = torch.nn.Linear(400, 300).double(), torch.nn.Conv2d(2, 3, 2)
    torch.manual_seed(0)
    linear.reset_parameters()
    arrays["linear_shape"], arrays["conv_shape"] = np.array(linear.weight.shape), np.array(conv.weight.shape)
    arrays["linear_largest"] = np.array([linear.weight.abs().max().item(), linear.bias.abs().max().item()])
    arrays["linear_variance"] = linear.weight.var().detach().numpy()
    batch_norm, adam = torch.nn.BatchNorm1d(3), torch.optim.Adam([torch.zeros(1)])
    arrays["batch_norm"] = np.array([batch_norm.eps, batch_norm.momentum])
    arrays["layer_norm_eps"] = np.array(torch.nn.LayerNorm(3).eps)
    arrays["adam"] = np.array([adam.defaults["eps"], adam.defaults["lr"]])
    arrays["leaky_slope"] = np.array(torch.nn.LeakyReLU().negative_slope)
    arrays["gelu_at_one"] = F.gelu(torch.tensor(1.0, dtype=torch.float64)).numpy()
    x = RNG.normal(size=(6, 3))
    norm = torch.nn.BatchNorm1d(3, dtype=torch.float64)
    norm(torch.tensor(x))
    arrays |= {"norm_x": x, "running_mean": norm.running_mean.numpy(), "running_variance": norm.running_var.numpy()}
    image, kernel = RNG.normal(size=(1, 2, 4, 4)), RNG.normal(size=(3, 2, 2, 2))
    arrays |= {"image": image, "kernel": kernel}
    arrays["convolved"] = F.conv2d(torch.tensor(image), torch.tensor(kernel)).numpy()
    logits, one_hot = RNG.normal(size=(5, 3)), np.eye(3)[[0, 2, 1, 1, 0]]
    z, y = torch.tensor(logits), torch.tensor(one_hot)
    arrays |= {"ce_logits": logits, "ce_one_hot": one_hot, "ce": F.cross_entropy(z, y.argmax(1)).numpy()}
    arrays["ce_of_probabilities"] = F.cross_entropy(z.softmax(1), y.argmax(1)).numpy()
    arrays["mse"] = F.mse_loss(z, y).numpy()
    w = torch.tensor([3.0], dtype=torch.float64, requires_grad=True)
    for _ in range(2):  # without zero_grad between them
        (w**2).sum().backward()
    arrays["accumulated"] = w.grad.numpy()
    v = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    tiny = torch.optim.Adam([v], lr=0.001)
    (1e-7 * v).sum().backward()
    tiny.step()
    arrays["adam_first_step"] = 1 - v.detach().numpy()


def main() -> None:
    x, labels = RNG.normal(size=(8, 4)), RNG.integers(3, size=8)
    weights = [RNG.normal(size=shape) for shape in ((5, 4), (5,), (3, 5), (3,))]
    arrays: dict[str, np.ndarray] = {"torch_version": np.array(torch.__version__), "x": x, "labels": labels}
    arrays |= dict(zip(("W1", "b1", "W2", "b2"), weights, strict=True))
    for name, rates in (("constant", [0.1] * 20), ("falling", [0.1] * 10 + [0.01] * 10)):
        told = torch_network(x, labels, *weights, rates)
        arrays |= {
            f"{name}_losses": np.array(told["losses"]),
            "logits": told["logits"],
            f"{name}_rates": np.array(rates),
        }
        for part in ("gradients", "end"):
            arrays |= {f"{name}_{part}_{i}": value for i, value in enumerate(told[part])}
    conventions(arrays)
    np.savez_compressed(Path(__file__).parents[2] / "dlmath_lib/vectors/frameworks.npz", **arrays)


if __name__ == "__main__":
    main()
