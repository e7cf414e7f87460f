"""Information theory: entropy, divergences, codes and channels, in nats or in bits.

Distributions on K outcomes are arrays of shape (K,), or (n, K) with one in each row; a joint distribution of two
variables is a table of shape (m, k). 0 · log 0 = 0, and a divergence is infinite where the second distribution excludes
what the first allows.
"""

from __future__ import annotations

from dlmath_lib.information.channels import (
    Capacity,
    binary_erasure_channel,
    binary_symmetric_channel,
    channel_capacity,
)
from dlmath_lib.information.coding import code_length, huffman_code
from dlmath_lib.information.gaussians import gaussian_kl
from dlmath_lib.information.measures import (
    cross_entropy,
    cross_entropy_with_logits,
    entropy,
    entropy_with_logits,
    js_divergence,
    kl_divergence,
    kl_divergence_with_logits,
)
from dlmath_lib.information.samples import InformationEstimate, histogram_information
from dlmath_lib.information.tables import conditional_entropy, joint_entropy, mutual_information

__all__ = [
    "Capacity",
    "InformationEstimate",
    "binary_erasure_channel",
    "binary_symmetric_channel",
    "channel_capacity",
    "code_length",
    "conditional_entropy",
    "cross_entropy",
    "cross_entropy_with_logits",
    "entropy",
    "entropy_with_logits",
    "gaussian_kl",
    "histogram_information",
    "huffman_code",
    "joint_entropy",
    "js_divergence",
    "kl_divergence",
    "kl_divergence_with_logits",
    "mutual_information",
]
