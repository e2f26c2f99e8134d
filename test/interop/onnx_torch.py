"""A small interpreter of ONNX networks over PyTorch operations.

It shares nothing with the product but the file format: it reads a model with the `onnx` package and walks its nodes in
order, so gradients come from PyTorch's own autograd. Batch normalisation always uses the statistics of the batch
(training mode), as every proxy that is compared here wants it.
"""

import numpy
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


def _attributes(node):
    values = {}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        if attribute.type == onnx.AttributeProto.FLOAT:
            # The file holds float32; its author wrote the shortest decimal that rounds to it (1e-5, not 9.99999975e-6).
            value = float(str(numpy.float32(value)))
        values[attribute.name] = value
    return values


def _symmetric(pads):
    half = len(pads) // 2
    if list(pads[:half]) != list(pads[half:]):
        raise ValueError(f"pads {list(pads)} are not symmetric")
    return list(pads[:half])


def _window(a):
    kernel = list(a["kernel_shape"])
    strides = list(a.get("strides", [1] * len(kernel)))
    if a.get("auto_pad", b"NOTSET") != b"NOTSET":
        raise ValueError("auto_pad is not supported")
    return kernel, strides, _symmetric(a.get("pads", [0] * 2 * len(kernel)))


def _conv(a, x, weight, bias=None):
    _, strides, padding = _window({"kernel_shape": weight.shape[2:], **a})
    dilations = list(a.get("dilations", [1] * (weight.dim() - 2)))
    return F.conv2d(x, weight, bias, strides, padding, dilations, a.get("group", 1))


def _batch_norm(a, x, scale, shift, _mean, _variance):
    return F.batch_norm(x, None, None, scale, shift, training=True, eps=a.get("epsilon", 1e-5))


def _average_pool(a, x):
    kernel, strides, padding = _window(a)
    ceil_mode = bool(a.get("ceil_mode", 0))
    return F.avg_pool2d(x, kernel, strides, padding, ceil_mode, count_include_pad=bool(a.get("count_include_pad", 0)))


def _max_pool(a, x):
    kernel, strides, padding = _window(a)
    return F.max_pool2d(x, kernel, strides, padding, list(a.get("dilations", [1, 1])), bool(a.get("ceil_mode", 0)))


def _gemm(a, x, weight, bias=None):
    if a.get("transA", 0):
        x = x.t()
    y = a.get("alpha", 1.0) * (x @ (weight.t() if a.get("transB", 0) else weight))
    return y if bias is None else y + a.get("beta", 1.0) * bias


def _flatten(a, x):
    axis = a.get("axis", 1)
    return x.reshape(int(numpy.prod(x.shape[:axis])), -1)


def _reshape(_, x, shape):
    return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())])


def _slice(_, x, starts, ends, axes=None, steps=None):
    axes = range(len(starts)) if axes is None else axes.tolist()
    steps = [1] * len(starts) if steps is None else steps.tolist()
    for axis, start, end, step in zip(axes, starts.tolist(), ends.tolist(), steps):
        index = [slice(None)] * x.dim()
        index[axis] = slice(start, end, step)
        x = x[tuple(index)]
    return x


def _pad(a, x, pads, value=None):
    if a.get("mode", b"constant") != b"constant":
        raise ValueError("only constant padding is supported")
    before, after = pads[: x.dim()].tolist(), pads[x.dim() :].tolist()
    by_axis_from_last = [amount for pair in reversed(list(zip(before, after))) for amount in pair]
    return F.pad(x, by_axis_from_last, value=0.0 if value is None else float(value))


def _reduce_mean(a, x, axes=None):
    axes = a.get("axes") if axes is None else axes.tolist()
    return x.mean(dim=list(axes), keepdim=bool(a.get("keepdims", 1)))


OPERATIONS = {
    "Add": lambda _, x, y: x + y,
    "AveragePool": _average_pool,
    "BatchNormalization": _batch_norm,
    "Concat": lambda a, *parts: torch.cat(parts, dim=a["axis"]),
    "Conv": _conv,
    "Flatten": _flatten,
    "Gemm": _gemm,
    "GlobalAveragePool": lambda _, x: x.mean(dim=tuple(range(2, x.dim())), keepdim=True),
    "Identity": lambda _, x: x,
    "MaxPool": _max_pool,
    "Mul": lambda _, x, y: x * y,
    "Pad": _pad,
    "ReduceMean": _reduce_mean,
    "Relu": lambda _, x: F.relu(x),
    "Reshape": _reshape,
    "Slice": _slice,
    "Sub": lambda _, x, y: x - y,
}


class OnnxNetwork:
    """A network of one input (images) and one output (logits).

    `weights` holds the weights of convolutions and linear layers by name, as leaves that require a gradient.
    """

    def __init__(self, path, dtype=torch.float32):
        graph = onnx.load(path).graph
        self._values = {}
        for tensor in graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            self._values[tensor.name] = value.to(dtype) if value.is_floating_point() else value
        self._nodes = []
        for node in graph.node:
            if node.op_type == "Constant":
                value = torch.from_numpy(numpy_helper.to_array(_attributes(node)["value"]).copy())
                self._values[node.output[0]] = value.to(dtype) if value.is_floating_point() else value
            elif node.op_type in OPERATIONS:
                self._nodes.append((OPERATIONS[node.op_type], _attributes(node), list(node.input), node.output[0]))
            else:
                raise ValueError(f"{path}: operation {node.op_type} of node {node.name or node.output[0]} is unknown")
        inputs = [i.name for i in graph.input if i.name not in self._values]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise ValueError(f"{path}: one input and one output are expected")
        self._input, self._output = inputs[0], graph.output[0].name
        self.weights = {}
        for node in graph.node:
            if node.op_type in ("Conv", "Gemm") and node.input[1] in self._values:
                self.weights[node.input[1]] = self._values[node.input[1]].requires_grad_()

    def __call__(self, images):
        values = {**self._values, self._input: images}
        for operation, attributes, inputs, output in self._nodes:
            values[output] = operation(attributes, *(values[name] if name else None for name in inputs))
        return values[self._output]
