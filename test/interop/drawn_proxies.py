"""Proxies that draw weights or inputs of their own, as their definitions read, on given draws.

    swap   = mean over repeats of the number of distinct columns of [output > 0] of all ReLUs, a row a sample
    nngp   = accuracy of kernel ridge regression with the mean over the draws of f fᵀ, f the logits
    meco   = Σ over all modules of the smallest eigenvalue of the correlations of the channels
    te_nas = mean over repeats of −λmax/λmin of J Jᵀ (a row the gradient of one sample's logits), and of the number of
             distinct rows of [output > 0] of the ReLUs of a cell alone
    az_nas = Σ and smallest increase of the entropy of the cells' principal components, mean of 2 − s − 1/(s + 1e−6)
             with the spectral norms s of the cells' Jacobians, multiply-adds

`runs`: for each run of the product's graph what it was given, by name.
"""

import numpy
import torch
from torch import nn

from nas_bench_201 import Cell, assign, record


def swap(network, images, runs):
    counts = []
    for run in runs:
        assign(network.names, run)
        with torch.no_grad():
            outputs = record(network, nn.ReLU, images)
        patterns = torch.cat([output.flatten(1) > 0 for output in outputs], dim=1)
        counts.append(len(torch.unique(patterns, dim=1).t()))
    return sum(counts) / len(counts)


def nngp(network, images, labels, runs, classes=10):
    kernel = 0
    for run in runs:
        assign(network.names, run)
        with torch.no_grad():
            logits = network(images)
        kernel = kernel + (logits @ logits.t()).numpy() / len(runs)
    known = (len(labels) + 1) // 2
    own = kernel[:known, :known]
    targets = numpy.eye(classes)[labels[:known]] - 1 / classes
    ridge = 1e-3 * numpy.trace(own) / known
    predictions = kernel[known:, :known] @ numpy.linalg.solve(own + ridge * numpy.eye(known), targets)
    return numpy.mean(predictions.argmax(1) == labels[known:].numpy())


def meco(network, runs):
    (run,) = runs
    assign(network.names, run)
    total = 0.0
    with torch.no_grad(), numpy.errstate(all="ignore"):
        for output in record(network, nn.Module, run["images"]):
            correlations = numpy.atleast_2d(numpy.corrcoef(output[0].flatten(1).numpy()))
            total += numpy.linalg.eigvalsh(numpy.nan_to_num(correlations)).min()
    return total


def te_nas(network, architecture, images, runs):
    repeats = 3
    size = len(images)
    weights = [parameter for name, parameter in network.names.items() if not name.endswith(("bias", "shift"))]
    conditions = []
    for repeat in range(repeats):
        assign(network.names, runs[repeat * size])
        rows = []
        for logits in network(images):
            gradients = torch.autograd.grad(logits.sum(), weights, retain_graph=True, allow_unused=True)
            rows.append(torch.cat([g.flatten() for g in gradients if g is not None]))
        jacobian = torch.stack(rows)
        eigenvalues = torch.linalg.eigvalsh(jacobian @ jacobian.t())
        conditions.append((eigenvalues[-1] / eigenvalues[0]).item())
    regions = []
    names = {}
    cell = Cell(names, "cell.0", architecture, 1).double().train()
    batches = runs[repeats * size :]
    for start in range(0, len(batches), len(batches) // repeats):
        patterns = []
        for run in batches[start : start + len(batches) // repeats]:
            assign(names, run)
            (samples,) = [value for name, value in run.items() if name not in names]
            with torch.no_grad():
                outputs = record(cell, nn.ReLU, samples)
            patterns.append(torch.cat([output.flatten(1) > 0 for output in outputs], dim=1))
        regions.append(len(torch.unique(torch.cat(patterns), dim=0)))
    return [-numpy.mean(conditions), numpy.mean(regions)]


def az_nas(network, runs):
    (run,) = runs
    assign(network.names, run)
    x = network.stem(run["images"])
    features = []
    for cell in network.cells:
        x = cell(x)
        features.append(x)
    entropies = [_entropy(feature.detach()) for feature in features]
    norms = []
    for i in range(1, len(features)):
        probe = run[f"probe_{i}"]
        (gradient,) = torch.autograd.grad(features[i], features[i - 1], probe, retain_graph=True)
        gradient = nn.functional.pixel_unshuffle(gradient, gradient.shape[2] // probe.shape[2])
        mean = torch.einsum("bihw,bohw->io", gradient, probe) / (probe.numel() / probe.shape[1])
        norms.append(torch.linalg.svdvals(mean).max().item())
    trainability = numpy.mean([2 - norm - 1 / (norm + 1e-6) for norm in norms])
    return [sum(entropies), min(numpy.diff(entropies)), trainability, _multiply_adds(network)]


def _entropy(feature):
    channels = feature.transpose(0, 1).flatten(1)
    shares = torch.linalg.eigvalsh(torch.cov(channels, correction=0))
    shares = shares / shares.sum()
    return -(shares * torch.log(shares + 1e-8)).sum().item()


def _multiply_adds(network):
    total = 0

    def hook(layer, _inputs, output):
        nonlocal total
        total += output.numel() * layer.weight[0].numel() + (0 if layer.bias is None else output.numel())

    layers = [m for m in network.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    handles = [layer.register_forward_hook(hook) for layer in layers]
    with torch.no_grad():
        network(torch.zeros(1, 3, 32, 32, dtype=torch.float64))
    for handle in handles:
        handle.remove()
    return total
