"""GradSign layer by layer, one sample at a time, with the size of the gradients that its signs are taken of.

Prints one JSON object a model: {"model", "layers": {NAME: {"gradsign", "smallest", "weights"}}}; `smallest` is the
smallest |∂ℓ_i/∂θ_k| of the layer that is not 0, or null. Where it is some 1e-16, the loss does not depend on that
weight at all: the mean of a plane that is normalised by its own statistics is the shift, whatever is in the plane. The
sign is that of a rounding error then. In float64, so that they can be told from gradients, which are far larger.
"""

import argparse
import json

import gradsign_loop  # noqa: F401  Before NumPy and PyTorch: it sets the number of threads that they read.
import numpy
import torch
import torch.nn.functional as F

from onnx_torch import OnnxNetwork


def layers(model, images, labels):
    network = OnnxNetwork(model, torch.float64)
    agreement = {name: torch.zeros_like(weight) for name, weight in network.weights.items()}
    smallest = dict.fromkeys(agreement)
    for i in range(len(images)):
        loss = F.cross_entropy(network(images[i : i + 1]), labels[i : i + 1])
        gradients = torch.autograd.grad(loss, list(network.weights.values()), allow_unused=True)
        for name, gradient in zip(agreement, gradients):
            if gradient is not None:
                agreement[name] += torch.sign(gradient)
                sizes = gradient[gradient != 0].abs()
                if sizes.numel() > 0:
                    least = sizes.min().item()
                    smallest[name] = least if smallest[name] is None else min(smallest[name], least)
    return {
        name: {"gradsign": total.abs().sum().item(), "smallest": smallest[name], "weights": total.numel()}
        for name, total in agreement.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL.onnx")
    parser.add_argument("--inputs", required=True, help="float32 [B, C, H, W], .npy")
    parser.add_argument("--labels", required=True, help="integers [B], .npy")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images = torch.from_numpy(numpy.load(options.inputs)).double()
    labels = torch.from_numpy(numpy.load(options.labels).astype(numpy.int64))
    for model in options.models:
        print(json.dumps({"model": model, "layers": layers(model, images, labels)}), flush=True)


if __name__ == "__main__":
    main()
