"""The product's scores against the PyTorch loop. The same comparison at full size is the bar `pytorch-equality`."""

import re
import unittest

import torch

from equality import compare, random_architectures

# float32 gradients around 1e-12 have the sign of their rounding, which is another one in another order of summation.
TOLERANCE = 1e-3
SMALL = ("--channels", "4", "--cells-per-stage", "1")


class EqualityTest(unittest.TestCase):
    def assert_close(self, rows, tolerance):
        rows = list(rows)
        self.assertTrue(rows)
        for row in rows:
            self.assertLessEqual(row["relative"], tolerance, row)
        return rows

    def test_random_architectures_are_in_the_published_notation(self):
        pattern = re.compile(r"\|\w+~0\|\+\|\w+~0\|\w+~1\|\+\|\w+~0\|\w+~1\|\w+~2\|")
        architectures = random_architectures(50, seed=1)
        self.assertTrue(all(pattern.fullmatch(architecture) for architecture in architectures))
        self.assertEqual(len(set(architectures)), 50)

    def test_published_network(self):
        rows = compare(
            random_architectures(1, seed=11), batch_size=64, proxies=["gradsign", "snip", "grad_norm"], seed=42
        )
        rows = self.assert_close(rows, TOLERANCE)
        self.assertGreater(rows[0]["product"], 0)

    def test_scaled_down_network_with_the_reference_engine_is_exactly_equal(self):
        rows = compare(
            random_architectures(3, seed=7),
            batch_size=4,
            proxies=["gradsign"],
            seed=7,
            network=SMALL,
            engine="reference",
            dtype=torch.float64,
        )
        self.assert_close(rows, 0)

    def test_network_without_a_path_scores_zero(self):
        nothing = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
        rows = list(compare([nothing], batch_size=4, proxies=["gradsign"], seed=1, network=SMALL))
        self.assertEqual([(row["product"], row["loop"]) for row in rows], [(0, 0)])


if __name__ == "__main__":
    unittest.main()
