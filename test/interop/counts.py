"""What is counted of an exported network: parameters, multiply-adds, and weights that receive gradient.

    params       = elements of the weights and biases of convolutions, linear layers and normalisations
    flops        = multiply-adds of one image's convolutions and linear layers, one more for an output with a bias
    live_weights = elements of the convolution and linear weights whose gradient is not all zero

The gradient is that of a random linear function of the logits, for images and labels do not matter; in float64.
"""

import torch

from baselines import LAYERS, NORMALIZATION, walk


def params(network, images, _labels):
    layers = {}
    normalizations = 0

    def see(operation, inputs, _output):
        nonlocal normalizations
        if operation in LAYERS:
            # By identity: a layer that is used twice counts once.
            layers.update({id(tensor): tensor.numel() for tensor in inputs[1:] if tensor is not None})
        elif operation is NORMALIZATION:
            normalizations += inputs[1].numel() + inputs[2].numel()

    walk(network, images[:1], see)
    return sum(layers.values()) + normalizations


def flops(network, images, _labels):
    total = 0

    def see(operation, inputs, output):
        nonlocal total
        if operation in LAYERS:
            weight, *bias = inputs[1:]
            total += output.numel() * (weight.numel() // output.shape[1] + len(bias))

    walk(network, images[:1], see)
    return total


def live_weights(network, images, _labels):
    values = {
        name: value.detach().double() if value.is_floating_point() else value
        for name, value in network._values.items()
    }
    weights = [values[name].requires_grad_() for name in network.weights]
    images = images[:2].double()
    logits = walk(network, images, values=values)
    factors = torch.randn(logits.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    gradients = torch.autograd.grad((logits * factors).sum(), weights, allow_unused=True)
    return sum(w.numel() for w, g in zip(weights, gradients) if g is not None and g.count_nonzero() > 0)


PROXIES = {proxy.__name__: proxy for proxy in (params, flops, live_weights)}
