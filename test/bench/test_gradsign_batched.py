"""The batched versions give the score of the loop over single samples, which tests of its own hold to the definition.

Run with `python -m unittest` in this folder, by any Python with PyTorch (1.13 with functorch, or 2), onnx and NumPy.
"""

import gradsign_batched  # Before NumPy and PyTorch: it sets the number of threads that they read when they are loaded.

import io
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

CLASSES = 4


def network(path, generator):
    """Every kind of layer that a NAS-Bench-201 network has: strides, a residual sum, pooling, no weight used twice."""
    values = {
        "stem": generator.standard_normal((6, 3, 3, 3)),
        "strided": generator.standard_normal((8, 6, 3, 3)),
        "shortcut": generator.standard_normal((8, 6, 1, 1)),
        "dilated": generator.standard_normal((8, 8, 3, 3)),
        "unused": generator.standard_normal((8, 8, 1, 1)),
        "head": generator.standard_normal((CLASSES, 8)),
        "bias": generator.standard_normal(CLASSES),
        **{f"{kind}{n}": numpy.full(n, float(kind == "scale")) for kind in ("scale", "shift") for n in (6, 8)},
    }

    def conv(x, weight, y, **attributes):
        return helper.make_node("Conv", [x, weight], [y], **attributes)

    def norm(x, channels, y):
        given = [f"{kind}{channels}" for kind in ("scale", "shift", "shift", "scale")]
        return helper.make_node("BatchNormalization", [x, *given], [y])

    nodes = [
        conv("images", "stem", "c1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        norm("c1", 6, "n1"),
        helper.make_node("Relu", ["n1"], ["r1"]),
        conv("r1", "strided", "c2", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
        norm("c2", 8, "n2"),
        conv("r1", "shortcut", "c3", kernel_shape=[1, 1], strides=[2, 2]),
        helper.make_node("Add", ["n2", "c3"], ["sum"]),
        helper.make_node("AveragePool", ["sum"], ["p"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        conv("p", "dilated", "c4", kernel_shape=[3, 3], pads=[2, 2, 2, 2], dilations=[2, 2]),
        conv("p", "unused", "nowhere", kernel_shape=[1, 1]),
        norm("c4", 8, "n4"),
        helper.make_node("Relu", ["n4"], ["r4"]),
        helper.make_node("GlobalAveragePool", ["r4"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", "head", "bias"], ["logits"], transB=1),
    ]
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, 8, 8])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", CLASSES])
    tensors = [numpy_helper.from_array(value.astype(numpy.float32), name) for name, value in values.items()]
    onnx.save(helper.make_model(helper.make_graph(nodes, "net", [images], [logits], tensors)), path)


class GradsignBatchedTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = str(self.folder / "net.onnx")
        generator = numpy.random.RandomState(5)
        network(self.path, generator)
        self.images = generator.standard_normal((6, 3, 8, 8)).astype(numpy.float32)
        self.labels = generator.randint(0, CLASSES, 6)

    def score(self, method, **options):
        options = {"dtype": torch.float64, **options}
        return gradsign_batched.score(self.path, self.images, self.labels, method, **options)["value"]

    def test_batched_versions_equal_the_loop(self):
        loop = self.score("loop")
        self.assertGreater(loop, 0)
        for method in ("vmap", "patches"):
            for chunk in (1, 4, 6):
                self.assertEqual(self.score(method, chunk=chunk), loop, (method, chunk))

    def test_a_row_a_model(self):
        inputs, labels = str(self.folder / "x.npy"), str(self.folder / "y.npy")
        numpy.save(inputs, self.images)
        numpy.save(labels, self.labels)
        arguments = ["x", self.path, self.path, "--inputs", inputs, "--labels", labels, "--method", "vmap"]
        with mock.patch("sys.argv", arguments), redirect_stdout(io.StringIO()) as out:
            gradsign_batched.main()
        self.assertEqual(len(out.getvalue().splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
