"""The baseline proxies as their definitions read, on exported networks with PyTorch's autograd.

    l2_norm   = Σ_layers ‖W_layer‖₂
    plain     = Σ_k θ_k · ∂L/∂θ_k             L = mean of the cross-entropy over the batch, normalised by the batch
    grasp     = −Σ_k θ_k · (H g)_k            g = ∂L/∂θ, H the Hessian of L
    fisher    = Σ_channels (weights of the channel) · ½ · mean_n (Σ_hw a · ∂L/∂a)²    a: outputs of the layers
    jacob_cov = −Σ log(v + 1e−5) + 1/(v + 1e−5)   v: eigenvalues of the correlations of the rows ∂(Σ logits)/∂x_i
    naswot    = log|det Σ_ReLU (x xᵀ + (1 − x)(1 − x)ᵀ)|   x = [pre-activation > 0], a row a sample
    synflow   = Σ_k |θ_k · ∂R/∂θ_k|           R = Σ logits of an image of ones, all parameters |θ|, no normalisation
    synflow_reduction_bn                      the same with the normalisation of the reduction blocks
    epe_nas   = Σ_classes |Σ log(|r| + 1e−5)|   r: correlations of the same rows within a class
    zico      = Σ_layers log Σ_k mean|g| / std(g)   g: ∂L/∂θ of the two halves of the batch, over std ≠ 0
    zen       = mean over repeats of log mean_n Σ|f(x) − f(x')| + Σ_BN ½ log mean(running variance)

θ: the weights of convolutions and linear layers. Every proxy is a function of (network, images, labels), as in
gradsign_loop.PROXIES; zen takes the draws of each repeat instead of a batch.
"""

import re

import numpy
import torch
import torch.nn.functional as F

from onnx_torch import OPERATIONS

LAYERS = (OPERATIONS["Conv"], OPERATIONS["Gemm"])
NORMALIZATION = OPERATIONS["BatchNormalization"]


def walk(network, images, see=lambda *_: None, values=None, removed=lambda name: False):
    """The logits. `see(operation, inputs, output)` is called for every node; normalisation that is `removed` is not run."""
    known = {**(network._values if values is None else values), network._input: images}
    for operation, attributes, names, output in network._nodes:
        inputs = [known[name] if name else None for name in names]
        if operation is NORMALIZATION and removed(output):
            known[output] = inputs[0]
        else:
            known[output] = operation(attributes, *inputs)
        see(operation, inputs, known[output])
    return known[network._output]


class Sum(float):
    """A sum whose terms cancel. `magnitude` is the sum of their absolute values: what its rounding errors go by."""

    def __new__(cls, value, magnitude):
        self = super().__new__(cls, value)
        self.magnitude = magnitude
        return self


def _sum_of_products(weights, factors, sign=1):
    products = [sign * w.detach().double() * f.double() for w, f in zip(weights, factors) if f is not None]
    return Sum(sum(p.sum().item() for p in products), sum(p.abs().sum().item() for p in products))


def l2_norm(network, _images, _labels):
    return sum(weight.detach().double().norm().item() for weight in network.weights.values())


def plain(network, images, labels):
    weights = list(network.weights.values())
    loss = F.cross_entropy(network(images), labels)
    return _sum_of_products(weights, torch.autograd.grad(loss, weights, allow_unused=True))


def grasp(network, images, labels):
    weights = list(network.weights.values())
    loss = F.cross_entropy(network(images), labels)
    gradients = torch.autograd.grad(loss, weights, create_graph=True, allow_unused=True)
    along = sum((g.detach() * g).sum() for g in gradients if g is not None)
    return _sum_of_products(weights, torch.autograd.grad(along, weights, allow_unused=True), -1)


def fisher(network, images, labels):
    layers = []

    def see(operation, inputs, output):
        if operation in LAYERS:
            layers.append((inputs[1], output))

    loss = F.cross_entropy(walk(network, images, see), labels)
    gradients = torch.autograd.grad(loss, [output for _, output in layers], allow_unused=True)
    total = 0.0
    for (weight, output), gradient in zip(layers, gradients):
        if gradient is not None:
            products = (output * gradient).flatten(2).sum(2) if output.dim() > 2 else output * gradient
            channels = products.double().pow(2).mean(0) / 2
            total += channels.sum().item() * weight.numel() / len(channels)
    return total


def jacob_cov(network, images, _labels):
    images = images.clone().requires_grad_()
    (jacobian,) = torch.autograd.grad(network(images).sum(), images)
    eigenvalues = numpy.linalg.eigvalsh(numpy.corrcoef(jacobian.flatten(1).double().numpy()))
    return -numpy.sum(numpy.log(eigenvalues + 1e-5) + 1 / (eigenvalues + 1e-5))


def epe_nas(network, images, labels):
    images = images.clone().requires_grad_()
    (jacobian,) = torch.autograd.grad(network(images).sum(), images)
    rows = jacobian.flatten(1).double()
    groups = (numpy.atleast_2d(numpy.corrcoef(rows[labels == label].numpy())) for label in labels.unique())
    return sum(abs(numpy.log(numpy.abs(correlations) + 1e-5).sum()) for correlations in groups)


def zico(network, images, labels):
    half = len(images) // 2
    batches = []
    for part in (slice(0, half), slice(half, 2 * half)):
        loss = F.cross_entropy(network(images[part]), labels[part])
        batches.append(torch.autograd.grad(loss, list(network.weights.values()), allow_unused=True))
    total = 0.0
    for pair in zip(*batches):
        if pair[0] is not None:
            gradients = torch.stack(pair).double()
            deviations = gradients.std(0, correction=0)
            seen = deviations != 0
            total += (gradients.abs().mean(0)[seen] / deviations[seen]).sum().log().item() if seen.any() else 0
    return total


def naswot(network, images, _labels):
    kernel = numpy.zeros((len(images), len(images)))

    def see(operation, inputs, _output):
        if operation is OPERATIONS["Relu"]:
            on = (inputs[0].detach() > 0).flatten(1).double().numpy()
            kernel[:] += on @ on.T + (1 - on) @ (1 - on).T

    with torch.no_grad():
        walk(network, images, see)
    return numpy.linalg.slogdet(kernel)[1]


def _flow(network, images, removed):
    values = {
        name: value.detach().double().abs() if value.is_floating_point() else value
        for name, value in network._values.items()
    }
    weights = [values[name].requires_grad_() for name in network.weights]
    ones = torch.ones_like(images[:1], dtype=torch.float64)
    gradients = torch.autograd.grad(walk(network, ones, values=values, removed=removed).sum(), weights, allow_unused=True)
    return sum((w * g).abs().sum().item() for w, g in zip(weights, gradients) if g is not None)


def synflow(network, images, _labels):
    return _flow(network, images, lambda name: True)


def synflow_reduction_bn(network, images, _labels):
    return _flow(network, images, lambda name: not re.match(r"reduction\.\d+\.", name))


def zen(network, repeats):
    """`repeats`: for each one the parameters by name, the images and the perturbed images."""
    running = {}
    scores = []
    for parameters, images, perturbed in repeats:
        values = {**network._values, **parameters}
        maps = []

        def see(operation, inputs, output):
            if operation is NORMALIZATION:
                order.append(inputs[0].var(dim=(0, 2, 3), unbiased=True))
            elif operation is OPERATIONS["GlobalAveragePool"]:
                maps.append(inputs[0])

        for batch in (images, perturbed):
            order = []
            with torch.no_grad():
                walk(network, batch, see, values)
            for i, variance in enumerate(order):
                running[i] = 0.9 * running.get(i, torch.ones_like(variance)) + 0.1 * variance
        score = (maps[0] - maps[1]).abs().sum(dim=(1, 2, 3)).mean().log()
        scores.append(score + sum(variance.mean().log() / 2 for variance in running.values()))
    return torch.stack(scores).mean().item()


PROXIES = {
    proxy.__name__: proxy
    for proxy in (l2_norm, plain, grasp, fisher, jacob_cov, epe_nas, zico, naswot, synflow, synflow_reduction_bn)
}
