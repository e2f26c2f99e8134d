"""The loop against plain PyTorch modules that PyTorch's own exporter wrote as ONNX."""

import tempfile
import unittest
from pathlib import Path

import numpy
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import gradsign_loop
from onnx_torch import OnnxNetwork


class Branches(nn.Module):
    """Uses every kind of operation that a network may be made of."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8)
        self.strided = nn.Conv2d(24, 6, 1, stride=2)
        self.average = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
        self.maximum = nn.MaxPool2d(3, stride=1, padding=1)
        self.head = nn.Linear(6, 10)

    def forward(self, x):
        x = F.relu(self.norm(self.stem(x)))
        x = torch.cat([self.average(x), self.maximum(x), self.depthwise(x) + x * 0.5], dim=1)
        x = self.strided(x[:, :, 1:, 1:])
        return self.head(x.mean(dim=(2, 3)))


class GradsignLoopTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(3)
        self.module = Branches().double().train()
        self.images = torch.randn(5, 3, 8, 8, dtype=torch.float64)
        self.labels = torch.tensor([0, 3, 9, 3, 1])
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name, "model.onnx"))
        torch.onnx.export(
            self.module,
            self.images,
            self.path,
            training=torch.onnx.TrainingMode.TRAINING,
            do_constant_folding=False,
            opset_version=13,
            dynamic_axes={"images": {0: "batch"}},
            input_names=["images"],
        )

    def parameters(self):
        return [parameter for parameter in self.module.parameters() if parameter.dim() > 1]

    def score(self, proxy):
        arrays = self.images.numpy(), self.labels.numpy()
        return gradsign_loop.score(self.path, *arrays, [proxy], torch.float64)[proxy]

    def test_interpreter_gives_the_logits_of_the_module(self):
        torch.testing.assert_close(OnnxNetwork(self.path, torch.float64)(self.images), self.module(self.images))

    def test_weights_are_those_of_convolutions_and_linear_layers(self):
        weights = OnnxNetwork(self.path, torch.float64).weights.values()
        self.assertEqual(sorted(w.numel() for w in weights), sorted(p.numel() for p in self.parameters()))

    def test_gradsign_is_its_definition(self):
        signs = []
        for image, label in zip(self.images, self.labels):
            self.module.zero_grad()
            F.cross_entropy(self.module(image[None]), label[None]).backward()
            signs.append(torch.cat([p.grad.sign().flatten() for p in self.parameters()]))
        self.assertEqual(self.score("gradsign"), torch.stack(signs).sum(0).abs().sum().item())

    def test_batch_proxies_are_their_definitions(self):
        self.module.zero_grad()
        F.cross_entropy(self.module(self.images), self.labels).backward()
        snip = sum((p * p.grad).abs().sum().item() for p in self.parameters())
        self.assertAlmostEqual(self.score("snip"), snip, places=10)
        grad_norm = sum(p.grad.norm().item() for p in self.parameters())
        self.assertAlmostEqual(self.score("grad_norm"), grad_norm, places=10)

    def test_padding_reshaping_and_means_by_attribute(self):
        pads = numpy_helper.from_array(numpy.array([0, 0, 0, 1, 0, 0, 2, 0]), "pads")
        shape = numpy_helper.from_array(numpy.array([0, -1, 9]), "shape")
        nodes = [
            helper.make_node("Pad", ["x", "pads"], ["padded"]),
            helper.make_node("Reshape", ["padded", "shape"], ["rows"]),
            helper.make_node("ReduceMean", ["rows"], ["y"], axes=[2], keepdims=0),
        ]
        x = helper.make_tensor_value_info("x", TensorProto.DOUBLE, [5, 3, 8, 8])
        y = helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)
        onnx.save(helper.make_model(helper.make_graph(nodes, "g", [x], [y], [pads, shape])), self.path)
        padded = F.pad(self.images, (1, 0, 0, 2))
        means = padded.reshape(5, -1, 9).mean(2)
        torch.testing.assert_close(OnnxNetwork(self.path, torch.float64)(self.images), means)

    def test_unknown_operation_is_named(self):
        class Sine(nn.Module):
            def forward(self, x):
                return torch.sin(x)

        torch.onnx.export(Sine(), self.images, self.path)
        with self.assertRaisesRegex(ValueError, "operation Sin of node"):
            OnnxNetwork(self.path)


if __name__ == "__main__":
    unittest.main()
