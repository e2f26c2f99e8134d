"""NAS-Bench-201's network as a tree of PyTorch modules, as the benchmark describes it, for scores that look at modules.

It shares nothing with the product but the names of parameters: `parameters` maps them to the tree's own.
"""

import torch
from torch import nn


class ReluConvNorm(nn.Module):
    def __init__(self, names, conv, norm, channels, out, kernel, stride=1, affine=True):
        super().__init__()
        convolution = nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)
        self.op = nn.Sequential(nn.ReLU(), convolution, normalization(names, norm, out, affine))
        names[f"{conv}.weight"] = convolution.weight

    def forward(self, x):
        return self.op(x)


class Pooling(nn.Module):
    def __init__(self):
        super().__init__()
        self.op = nn.AvgPool2d(3, 1, 1, count_include_pad=False)

    def forward(self, x):
        return self.op(x)


class Zero(nn.Module):
    def forward(self, x):
        return x * 0


class Cell(nn.Module):
    """`architecture`: for each of the nodes 1 to 3, `|operation~source|…`, joined by +."""

    def __init__(self, names, path, architecture, channels):
        super().__init__()
        self.edges = nn.ModuleList()
        self.nodes = []
        for target, node in enumerate(architecture.split("+"), start=1):
            pairs = [edge.split("~") for edge in node.strip("|").split("|")]
            self.nodes.append([(len(self.edges) + i, int(source)) for i, (_, source) in enumerate(pairs)])
            for operation, source in pairs:
                edge = f"{path}.edge.{source}-{target}.{operation}"
                self.edges.append(candidate(names, edge, operation, channels))

    def forward(self, x):
        values = [x]
        for node in self.nodes:
            values.append(sum(self.edges[edge](values[source]) for edge, source in node))
        return values[-1]


class Reduction(nn.Module):
    def __init__(self, names, path, channels):
        super().__init__()
        out = 2 * channels
        self.first = ReluConvNorm(names, f"{path}.conv.0", f"{path}.norm.0", channels, out, 3, stride=2)
        self.second = ReluConvNorm(names, f"{path}.conv.1", f"{path}.norm.1", out, out, 3)
        convolution = nn.Conv2d(channels, out, 1, bias=False)
        names[f"{path}.shortcut.weight"] = convolution.weight
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, 2), convolution)

    def forward(self, x):
        return self.shortcut(x) + self.second(self.first(x))


class Network(nn.Module):
    def __init__(self, architecture, channels, cells_per_stage, classes=10):
        super().__init__()
        names = {}
        convolution = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        names["stem.conv.weight"] = convolution.weight
        self.stem = nn.Sequential(convolution, normalization(names, "stem.norm", channels))
        self.cells = nn.ModuleList()
        for stage in range(3):
            if stage > 0:
                self.cells.append(Reduction(names, f"reduction.{stage - 1}", channels))
                channels *= 2
            for i in range(cells_per_stage):
                self.cells.append(Cell(names, f"cell.{stage * cells_per_stage + i}", architecture, channels))
        self.last = nn.Sequential(normalization(names, "head.norm", channels), nn.ReLU())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.linear = nn.Linear(channels, classes)
        names["head.linear.weight"], names["head.linear.bias"] = self.linear.weight, self.linear.bias
        self.double().train()
        self.names = names

    def forward(self, images):
        x = self.stem(images)
        for cell in self.cells:
            x = cell(x)
        return self.linear(self.pool(self.last(x)).flatten(1))


def normalization(names, path, channels, affine=True):
    norm = nn.BatchNorm2d(channels, affine=affine)
    if affine:
        names[f"{path}.scale"], names[f"{path}.shift"] = norm.weight, norm.bias
    return norm


def candidate(names, path, operation, channels):
    if operation.startswith("nor_conv"):
        return ReluConvNorm(names, path, f"{path}.norm", channels, channels, int(operation[-1]), affine=False)
    return {"none": Zero, "skip_connect": nn.Identity, "avg_pool_3x3": Pooling}[operation]()


def assign(names, values):
    """Gives parameters their values, by name; those that are absent stay."""
    with torch.no_grad():
        for name, parameter in names.items():
            if name in values:
                parameter.copy_(values[name])


def record(module, kinds, x):
    """The 4-D outputs of all modules of some kinds, in the order of their calls."""
    outputs = []

    def hook(_module, _inputs, output):
        if output.dim() == 4:
            outputs.append(output)

    handles = [m.register_forward_hook(hook) for m in module.modules() if m is not module and isinstance(m, kinds)]
    module(x)
    for handle in handles:
        handle.remove()
    return outputs
