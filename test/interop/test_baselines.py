"""The product's baseline proxies against their PyTorch implementations, on the same weights and batch."""

import math
import unittest

import gradsign_loop  # noqa: F401  Before PyTorch: it sets the number of threads that it reads when it is loaded.
import torch

import baselines
from equality import compare, random_architectures

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
        self.assert_close(rows, {"": 1e-8})

    def test_published_network(self):
        # jacob_cov's smallest eigenvalues and zico's division by differences of gradients do not bear float32 as well
        # as the others.
        rows = compare(random_architectures(2, seed=12), batch_size=32, proxies=ALL, seed=42)
        tolerances = {"": 5e-3, "plain": 1e-4, "zico": 5e-2, "naswot": 1e-4, "synflow": 1e-5, "l2_norm": 1e-6}
        self.assert_close(rows, tolerances)

    def test_network_without_a_path(self):
        rows = compare([NOTHING], batch_size=4, proxies=["grasp", "naswot", "synflow"], seed=1, network=SMALL)
        values = {row["proxy"]: (row["product"], row["loop"]) for row in rows}
        self.assertEqual(values, {"grasp": (0, 0), "naswot": (-math.inf, -math.inf), "synflow": (0, 0)})


if __name__ == "__main__":
    unittest.main()
