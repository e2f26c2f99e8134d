"""GradSign in PyTorch, on a CPU or a GPU, in three ways that give the same score:

    loop      one sample at a time, as the published implementation does it (test/interop/gradsign_loop.py)
    vmap      torch.func: vmap of the gradient of one sample's loss, over a chunk of samples
    patches   one backward pass for a chunk with each sample normalised by its own statistics; a layer's per-sample
              weight gradients are matrix products of the patches of its input with its output's gradient

Prints one JSON object a model: {"model", "method", "value", "seconds", "cpuSeconds", "torch", "device"}; the times are
those of the score alone, without reading the model.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

# The numerical libraries read this when they are loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.append(str(Path(__file__).resolve().parents[1] / "interop"))

import numpy  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

try:
    from torch.func import grad, vmap
except ImportError:  # A package beside PyTorch 1.
    from functorch import grad, vmap

import gradsign_loop  # noqa: E402
from onnx_torch import OPERATIONS, OnnxNetwork  # noqa: E402

LAYERS = (OPERATIONS["Conv"], OPERATIONS["Gemm"])
NORMALIZATION = OPERATIONS["BatchNormalization"]


class Network(OnnxNetwork):
    """An ONNX network on a device."""

    def __init__(self, path, device="cpu", dtype=torch.float32):
        super().__init__(path, dtype)
        # Shapes and axes stay where Python reads them.
        self._values = {n: v.detach().to(device) if v.is_floating_point() else v for n, v in self._values.items()}
        self.weights = {name: self._values[name].requires_grad_() for name in self.weights}

    def logits(self, images, weights=None, normalize=NORMALIZATION, see=lambda *_: None):
        """Like a call, with `weights` by name in the place of its own; `see(operation, attributes, inputs, output)`."""
        values = {**self._values, **(weights or {}), self._input: images}
        for operation, attributes, names, output in self._nodes:
            inputs = [values[name] if name else None for name in names]
            operate = normalize if operation is NORMALIZATION else operation
            values[output] = operate(attributes, *inputs)
            see(operation, attributes, names, inputs, values[output])
        return values[self._output]


def total(agreement):
    return sum(a.abs().sum(dtype=torch.float64).item() for a in agreement)


def loop(network, images, labels, _chunk):
    return gradsign_loop.gradsign(network, images, labels)


def vmapped(network, images, labels, chunk):
    def loss(weights, image, label):
        # A batch of one: batch normalisation then takes the statistics of the sample itself.
        return F.cross_entropy(network.logits(image[None], weights), label[None])

    gradients = vmap(grad(loss), in_dims=(None, 0, 0))
    weights = {name: weight.detach() for name, weight in network.weights.items()}
    agreement = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    for i in range(0, len(images), chunk):
        for name, gradient in gradients(weights, images[i : i + chunk], labels[i : i + chunk]).items():
            agreement[name] += torch.nan_to_num(torch.sign(gradient)).sum(0)
    return total(agreement.values())


def normalize_samples(a, x, scale, shift, _mean, _variance):
    return F.instance_norm(x, None, None, scale, shift, use_input_stats=True, eps=a.get("epsilon", 1e-5))


def conv_gradients(a, x, dy, weight):
    """∂ℓ_i/∂W [B, out, in, kh, kw] of a convolution without groups, from its input and its output's gradient."""
    if a.get("group", 1) != 1:
        raise ValueError("convolutions with groups are not supported by `patches`")
    if weight.shape[2:] == (1, 1) and x.shape[2:] == dy.shape[2:]:
        patches = x.flatten(2)
    else:
        pads, strides, dilations = a.get("pads", [0, 0]), a.get("strides", [1, 1]), a.get("dilations", [1, 1])
        patches = F.unfold(x, weight.shape[2:], list(dilations), list(pads)[:2], list(strides))
    return torch.bmm(dy.flatten(2), patches.transpose(1, 2)).view(len(x), *weight.shape)


def gemm_gradients(a, x, dy, _weight):
    return dy[:, :, None] * x[:, None, :] if a.get("transB", 0) else x[:, :, None] * dy[:, None, :]


def patched(network, images, labels, chunk):
    agreement = {name: torch.zeros_like(weight) for name, weight in network.weights.items()}
    for i in range(0, len(images), chunk):
        layers = []

        def see(operation, attributes, names, inputs, output):
            if operation in LAYERS:
                layers.append((operation, attributes, names[1], inputs[0].detach(), output))

        logits = network.logits(images[i : i + chunk], normalize=normalize_samples, see=see)
        # A sum: the gradient of every sample is that of its own loss.
        loss = F.cross_entropy(logits, labels[i : i + chunk], reduction="sum")
        gradients = torch.autograd.grad(loss, [output for *_, output in layers], allow_unused=True)
        for (operation, attributes, name, x, _), dy in zip(layers, gradients):
            if dy is not None:
                per_sample = conv_gradients if operation is OPERATIONS["Conv"] else gemm_gradients
                gradient = per_sample(attributes, x, dy, network.weights[name].detach())
                agreement[name] += torch.nan_to_num(torch.sign(gradient)).sum(0).view_as(agreement[name])
    return total(agreement.values())


METHODS = {"loop": loop, "vmap": vmapped, "patches": patched}


def score(model, images, labels, method, *, device="cpu", chunk=16, dtype=torch.float32):
    """The score of the ONNX file `model` on images [B, C, H, W] and labels [B] (NumPy arrays), and its times."""
    network = Network(model, device, dtype)
    images = torch.from_numpy(images).to(device, dtype)
    labels = torch.from_numpy(labels.astype(numpy.int64)).to(device)

    def wait():
        if images.is_cuda:
            torch.cuda.synchronize()

    wait()
    started, cpu_started = time.perf_counter(), time.process_time()
    value = METHODS[method](network, images, labels, chunk)
    wait()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    name = torch.cuda.get_device_name() if images.is_cuda else "cpu"
    return {
        **{"model": model, "method": method, "value": value, "seconds": seconds, "cpuSeconds": cpu_seconds},
        **{"torch": torch.__version__, "device": name},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL.onnx")
    parser.add_argument("--inputs", required=True, help="float32 [B, C, H, W], .npy")
    parser.add_argument("--labels", required=True, help="integers [B], .npy")
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--chunk", type=int, default=16, help="samples at once (default 16); the loop takes one")
    parser.add_argument("--warm-up", type=int, default=1, help="models that are scored once before all (default 1)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images, labels = numpy.load(options.inputs), numpy.load(options.labels)
    for i, model in enumerate(options.models[: options.warm_up] + options.models):
        result = score(model, images, labels, options.method, device=options.device, chunk=options.chunk)
        if i >= options.warm_up:
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
