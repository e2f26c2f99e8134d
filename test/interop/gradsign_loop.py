"""GradSign as its definition reads, one sample at a time; snip and grad_norm on the whole batch.

    GradSign  = Σ_k |Σ_i sign(∂ℓ_i/∂θ_k)|   each sample alone in its batch, so normalised by its own statistics
    snip      = Σ_k |θ_k · ∂L/∂θ_k|         L = mean of ℓ over the batch
    grad_norm = Σ_layers ‖∂L/∂W_layer‖₂

θ: the weights of convolutions and linear layers, no biases; ℓ: cross-entropy with the true label.

Prints one JSON object a model: {"model", PROXY: value …, "weights", "seconds", "cpuSeconds", "blas"}; the two times are
those of the GradSign loop alone, without reading the model, on one thread.
"""

import argparse
import json
import os
import re
import time
from pathlib import Path

# The numerical libraries read this when they are loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

from onnx_torch import OnnxNetwork  # noqa: E402


def gradsign(network, images, labels):
    weights = list(network.weights.values())
    agreement = [torch.zeros_like(weight) for weight in weights]
    for i in range(len(images)):
        loss = F.cross_entropy(network(images[i : i + 1]), labels[i : i + 1])
        for total, gradient in zip(agreement, torch.autograd.grad(loss, weights, allow_unused=True)):
            if gradient is not None:
                total += torch.nan_to_num(torch.sign(gradient))
    return sum(total.abs().sum(dtype=torch.float64).item() for total in agreement)


def _batch_gradients(network, images, labels):
    weights = list(network.weights.values())
    loss = F.cross_entropy(network(images), labels)
    gradients = torch.autograd.grad(loss, weights, allow_unused=True)
    return [(w.detach().double(), g.double()) for w, g in zip(weights, gradients) if g is not None]


def snip(network, images, labels):
    return sum((w * g).abs().sum().item() for w, g in _batch_gradients(network, images, labels))


def grad_norm(network, images, labels):
    return sum(g.norm().item() for _, g in _batch_gradients(network, images, labels))


PROXIES = {"gradsign": gradsign, "snip": snip, "grad_norm": grad_norm}


def blas():
    """The library that matrix products come from: whatever `libblas.so.3` stands for in Debian's PyTorch."""
    found = re.search(r"/\S*libblas\.so\S*", Path("/proc/self/maps").read_text())
    return os.path.realpath(found[0]) if found else "built in"


def score(model, images, labels, proxies, dtype=torch.float32):
    """Scores of the ONNX file `model` on images [B, C, H, W] and labels [B] (NumPy arrays)."""
    network = OnnxNetwork(model, dtype)
    images = torch.from_numpy(images).to(dtype)
    labels = torch.from_numpy(labels.astype(numpy.int64))
    result = {"model": model}
    for proxy in proxies:
        started, cpu_started = time.perf_counter(), time.process_time()
        result[proxy] = PROXIES[proxy](network, images, labels)
        if proxy == "gradsign":
            result["seconds"] = time.perf_counter() - started
            result["cpuSeconds"] = time.process_time() - cpu_started
    result["blas"] = blas()
    result["weights"] = sum(weight.numel() for weight in network.weights.values())
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL.onnx")
    parser.add_argument("--inputs", required=True, help="float32 [B, C, H, W], .npy")
    parser.add_argument("--labels", required=True, help="integers [B], .npy")
    parser.add_argument("--proxies", default="gradsign", help=f"of {', '.join(PROXIES)}; joined by commas")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images, labels = numpy.load(options.inputs), numpy.load(options.labels)
    for model in options.models:
        result = score(model, images, labels, options.proxies.split(","), getattr(torch, options.dtype))
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
