"""Models of one's own, exported from PyTorch, scored by the product and by loops over PyTorch's autograd."""

import tempfile
import unittest
from pathlib import Path

import gradsign_loop  # Before NumPy and PyTorch: it sets the number of threads that they read when they are loaded.
import numpy
import torch
import torch.nn.functional as F
from product import gradsign
from torch import nn

from user_models import CLASSES, IMAGE_SHAPE, MODELS, export, make

BATCH = 4
PROXIES = ("gradsign", "snip", "grad_norm")
# The parameters whose gradients proxies look at: weights of convolutions and linear layers.
LAYERS = (nn.Conv2d, nn.Linear)


def layer_weights(model):
    weights = [module.weight for module in model.modules() if isinstance(module, LAYERS)]
    return weights + [m.in_proj_weight for m in model.modules() if isinstance(m, nn.MultiheadAttention)]


def gradients(model, images, labels):
    outputs = model(images)
    if isinstance(model, MODELS["branches"]):
        outputs = torch.log(outputs)  # It ends in probabilities; cross-entropy of their logarithm is that of its logits.
    return torch.autograd.grad(F.cross_entropy(outputs, labels), layer_weights(model))


def scores(model, images, labels):
    """The proxies' definitions, one sample at a time where that is what they say."""
    model = model.double()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train()
    images, labels = torch.from_numpy(images).double(), torch.from_numpy(labels)
    samples = [gradients(model, images[i : i + 1], labels[i : i + 1]) for i in range(len(images))]
    signs = [sum(torch.sign(g) for g in layer) for layer in zip(*samples)]
    whole = gradients(model, images, labels)
    return {
        "gradsign": sum(s.abs().sum().item() for s in signs),
        "snip": sum((w * g).abs().sum().item() for w, g in zip(layer_weights(model), whole)),
        "grad_norm": sum(g.norm().item() for g in whole),
    }


class UserModelsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        generator = numpy.random.RandomState(3)
        self.images = generator.standard_normal((BATCH, *IMAGE_SHAPE)).astype(numpy.float32)
        self.labels = generator.randint(0, CLASSES, BATCH)
        numpy.save(self.path / "x.npy", self.images)
        numpy.save(self.path / "y.npy", self.labels)

    def tearDown(self):
        self.folder.cleanup()

    def product(self, file, *options, proxies=PROXIES):
        rows = gradsign(
            *[self.path, "score", "--local", "--workers", 1, "--format", "json", "--model", file, "--dataset", "cifar10"],
            *["--inputs", self.path / "x.npy", "--labels", self.path / "y.npy", "--proxies", ",".join(proxies), *options],
        )
        return {row["proxy"]: row for row in rows}

    def compare(self, name, *options, tolerance, **exported):
        file = self.path / "net.onnx"
        export(make(name, seed=1), file, **exported)
        product = self.product(file, *options)
        expected = scores(make(name, seed=1), self.images, self.labels)
        for proxy in PROXIES:
            value = float(product[proxy]["value"])
            self.assertLessEqual(abs(value / expected[proxy] - 1), tolerance, (name, exported, proxy, value, expected))
        return product

    def test_every_model_is_scored_as_pytorch_scores_it(self):
        for name in MODELS:
            with self.subTest(name):
                product = self.compare(name, "--engine", "reference", tolerance=1e-7)
                normalised = name in ("resnet", "mobilenet")
                self.assertEqual(product["gradsign"]["normalization"], "sample" if normalised else "none")
                self.compare(name, tolerance=2e-3)

    def test_files_of_older_operator_sets(self):
        for name, opset in [("resnet", 9), ("mobilenet", 11), ("vit", 9), ("vit-torch-attention", 13), ("branches", 11)]:
            with self.subTest(name, opset=opset):
                self.compare(name, "--engine", "reference", tolerance=1e-6, opset=opset)

    def test_a_batch_that_the_file_fixes_is_made_any_size(self):
        for name, batch in [("resnet", 1), ("resnet", 3), ("vit", 1), ("mobilenet", 2)]:
            with self.subTest(name, batch=batch):
                self.compare(name, "--engine", "reference", tolerance=1e-6, dynamic=False, batch=batch)

    def test_a_folded_normalisation_is_scored_as_it_is_but_not_initialised_again(self):
        file = self.path / "net.onnx"
        export(make("resnet", seed=1), file, keep=False)
        self.assertEqual(self.product(file)["gradsign"]["normalization"], "none")
        with self.assertRaisesRegex(RuntimeError, "FAILED_PRECONDITION: .*folded into its weights.*TrainingMode.PRESERVE"):
            self.product(file, "--reinitialize")
        export(make("resnet", seed=1), file)
        first = self.product(file, "--reinitialize", "--seed", 1)
        self.assertEqual(first["gradsign"]["value"], self.product(file, "--reinitialize", "--seed", 1)["gradsign"]["value"])
        self.assertNotEqual(first["snip"]["value"], self.product(file, "--reinitialize", "--seed", 2)["snip"]["value"])

    def test_parameters_are_counted(self):
        for name in MODELS:
            file = self.path / "net.onnx"
            model = make(name, seed=1)
            export(model, file)
            kept = sum(p.numel() for n, p in model.named_parameters() if n in ("token", "positions"))
            total = sum(p.numel() for p in model.parameters())
            self.assertEqual(self.product(file, proxies=["params"])["params"]["value"], total - kept, name)


if __name__ == "__main__":
    unittest.main()
