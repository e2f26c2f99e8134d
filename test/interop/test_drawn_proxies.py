"""Proxies that draw weights or inputs of their own, against PyTorch on what they drew (`gradsign score --dump`)."""

import tempfile
import unittest
from pathlib import Path
from urllib.parse import unquote

import gradsign_loop  # noqa: F401  Before NumPy and PyTorch: it sets the number of threads that they read.
import numpy
import torch

import baselines
import drawn_proxies
from equality import random_architectures
from nas_bench_201 import Network
from onnx_torch import OnnxNetwork
from product import gradsign

CHANNELS, CELLS = 4, 1
NETWORK = ("--channels", CHANNELS, "--cells-per-stage", CELLS)
SIZE = 6
# One with every operation, and a random one that has ReLUs.
ARCHITECTURES = ["|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|"]
ARCHITECTURES += [a for a in random_architectures(20, seed=5) if a.count("conv") > 1][:1]


def load(file):
    return torch.from_numpy(numpy.load(file)).double()


def read_runs(folder):
    """What each run was given, by name."""
    return [
        {unquote(file.stem): load(file) for file in run.glob("*.npy")}
        for run in sorted(folder.glob("[0-9]*"), key=lambda run: int(run.name))
    ]


class DrawnProxiesTest(unittest.TestCase):
    def setUp(self):
        generator = numpy.random.RandomState(3)
        images = generator.standard_normal((SIZE, 3, 32, 32)).astype(numpy.float32)
        labels = generator.randint(0, 10, SIZE)
        # Images of few classes, so that one may be recognised.
        labels[SIZE // 2 :] = labels[: SIZE // 2]
        self.images, self.labels = torch.from_numpy(images).double(), torch.from_numpy(labels)
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)
        numpy.save(self.folder / "x.npy", images)
        numpy.save(self.folder / "y.npy", labels)

    def score(self, proxy, architecture):
        """The product's value, its runs, and the components of a population's member."""
        dump = self.folder / "draws" / str(ARCHITECTURES.index(architecture))
        (score,) = gradsign(
            *[self.folder, "score", "--local", "--format", "json", "--engine", "reference", "--workers", 1],
            *["--space", "nas-bench-201", "--dataset", "cifar10", "--seed", 9, *NETWORK, "--arch", architecture],
            *["--inputs", self.folder / "x.npy", "--labels", self.folder / "y.npy"],
            *["--proxies", proxy, "--dump", dump],
        )
        components = dump / proxy / "components.npy"
        return float(score["value"]), read_runs(dump / proxy / "0"), load(components) if components.exists() else None

    def check(self, proxy, expected, relative=1e-9):
        """`expected`: a function of (network, architecture, runs)."""
        for architecture in ARCHITECTURES:
            with self.subTest(architecture=architecture):
                value, runs, components = self.score(proxy, architecture)
                wanted = expected(Network(architecture, CHANNELS, CELLS), architecture, runs)
                got = value if components is None else components.numpy()
                self.assertTrue(numpy.all(numpy.isfinite(got)), got)
                numpy.testing.assert_allclose(got, wanted, rtol=relative)

    def test_zen(self):
        def expected(_network, architecture, runs):
            model = str(self.folder / "net.onnx")
            gradsign(
                *[self.folder, "export", "--space", "nas-bench-201", "--dataset", "cifar10", *NETWORK],
                *["--arch", architecture, "--out", model],
            )
            images = [run.pop("images") for run in runs]
            repeats = list(zip(runs[::2], images[::2], images[1::2]))
            return baselines.zen(OnnxNetwork(model, torch.float64), repeats)

        self.check("zen", expected)

    def test_swap(self):
        self.check("swap", lambda network, _, runs: drawn_proxies.swap(network, self.images, runs))

    def test_nngp(self):
        self.check("nngp", lambda network, _, runs: drawn_proxies.nngp(network, self.images, self.labels, runs))

    def test_meco(self):
        self.check("meco", lambda network, _, runs: drawn_proxies.meco(network, runs))

    def test_te_nas(self):
        self.check("te_nas", lambda network, a, runs: drawn_proxies.te_nas(network, a, self.images, runs), 1e-7)

    def test_az_nas(self):
        self.check("az_nas", lambda network, _, runs: drawn_proxies.az_nas(network, runs), 1e-8)


if __name__ == "__main__":
    unittest.main()
