"""The product's baseline proxies against their PyTorch implementations, on the same weights and batch."""

import json
import math
import subprocess
import tempfile
import unittest
from pathlib import Path

import gradsign_loop  # noqa: F401  Before NumPy and PyTorch: it sets the number of threads that they read.
import numpy
import torch

import baselines
from equality import compare, random_architectures
from onnx_torch import OnnxNetwork
from product import COMMAND, gradsign

NODE = COMMAND[0]
SMALL = ("--channels", "4", "--cells-per-stage", "1")
ALL = list(baselines.PROXIES)
NOTHING = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"


class BaselinesTest(unittest.TestCase):
    def assert_close(self, rows, tolerances):
        rows = list(rows)
        self.assertTrue(rows)
        for row in rows:
            self.assertLessEqual(row["relative"], tolerances.get(row["proxy"], tolerances[""]), row)
        return rows

    def test_scaled_down_networks_with_the_reference_engine(self):
        rows = compare(
            random_architectures(4, seed=5),
            batch_size=6,
            proxies=ALL,
            seed=5,
            network=SMALL,
            engine="reference",
            dtype=torch.float64,
        )
        # plain is a difference of sums that are a thousand times as large.
        self.assert_close(rows, {"": 1e-8, "plain": 1e-6})

    def test_published_network(self):
        # jacob_cov's smallest eigenvalues and plain's cancellation do not bear float32 as well as the others.
        rows = compare(random_architectures(2, seed=12), batch_size=32, proxies=ALL, seed=42)
        self.assert_close(rows, {"": 5e-3, "plain": math.inf, "naswot": 1e-4, "synflow": 1e-5, "l2_norm": 1e-6})

    def test_network_without_a_path(self):
        rows = compare([NOTHING], batch_size=4, proxies=["grasp", "naswot", "synflow"], seed=1, network=SMALL)
        values = {row["proxy"]: (row["product"], row["loop"]) for row in rows}
        self.assertEqual(values, {"grasp": (0, 0), "naswot": (-math.inf, -math.inf), "synflow": (0, 0)})

    def test_zen_on_the_same_draws(self):
        architecture = random_architectures(1, seed=5)[0]
        common = ["--space", "nas-bench-201", "--dataset", "cifar10", "--seed", 9, "--arch", architecture, *SMALL]
        with tempfile.TemporaryDirectory() as folder:
            model, numbers = (str(Path(folder, name)) for name in ("net.onnx", "draws.f32"))
            gradsign(folder, "export", *common, "--out", model)
            score = ["score", "--local", "--format", "json", "--recompute", "--proxies", "zen", *common]
            product = float(gradsign(folder, *score)[0]["value"])
            script = str(Path(__file__).with_name("zen_draws.js"))
            command = [NODE, script, architecture, "9", SMALL[1], SMALL[3], numbers]
            lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
            data = torch.from_numpy(numpy.fromfile(numbers, dtype=numpy.float32)).double()
            repeats = [{} for _ in range(32)]
            for line in map(json.loads, lines):
                size = math.prod(line["shape"])
                tensor = data[line["offset"] : line["offset"] + size].reshape(line["shape"])
                repeats[line["repeat"]][line["name"]] = tensor
            draws = [(repeat, repeat.pop("images"), repeat.pop("perturbed")) for repeat in repeats]
            expected = baselines.zen(OnnxNetwork(model, torch.float64), draws)
        self.assertLess(abs(product / expected - 1), 1e-4)


if __name__ == "__main__":
    unittest.main()
