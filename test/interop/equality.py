"""Compares the product's scores with the PyTorch loop on random NAS-Bench-201 networks and a random batch.

For each architecture: `gradsign export` writes the network, `gradsign score` scores it on the batch, and the loop
scores the exported file on the same batch. Prints one JSON object for each architecture and proxy:
{"architecture", "proxy", "product", "loop", "relative"}.
"""

import argparse
import json
import random
import tempfile
from pathlib import Path

import gradsign_loop  # Before NumPy and PyTorch: it sets the number of threads that they read when they are loaded.
import numpy
import torch
from product import gradsign

OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]


def random_architecture(generator):
    """A NAS-Bench-201 cell: for each of the nodes 1 to 3, an operation from each node before it."""
    nodes = ("|".join(f"{generator.choice(OPERATIONS)}~{source}" for source in range(node)) for node in (1, 2, 3))
    return "+".join(f"|{node}|" for node in nodes)


def random_architectures(count, seed):
    generator = random.Random(seed)
    return [random_architecture(generator) for _ in range(count)]


def compare(architectures, *, batch_size, proxies, seed, network=(), engine=None, dtype=torch.float32):
    """Rows of figures. `network`: further options of `gradsign export` and `gradsign score`, `--channels 4` say."""
    torch.set_num_threads(1)
    generator = numpy.random.RandomState(seed)
    images = generator.standard_normal((batch_size, 3, 32, 32)).astype(numpy.float32)
    labels = generator.randint(0, 10, batch_size)
    with tempfile.TemporaryDirectory() as folder:
        inputs, targets, listing = (Path(folder, name) for name in ("x.npy", "y.npy", "architectures.txt"))
        numpy.save(inputs, images)
        numpy.save(targets, labels)
        listing.write_text("\n".join(architectures) + "\n")
        common = ["--space", "nas-bench-201", "--dataset", "cifar10", "--seed", seed, *network]
        scores = gradsign(
            *[folder, "score", "--local", "--format", "json", "--recompute", *common],
            *["--arch-file", listing, "--proxies", ",".join(proxies), "--inputs", inputs, "--labels", targets],
            *(["--engine", engine] if engine else []),
        )
        product = {(score["architecture"], score["proxy"]): float(score["value"]) for score in scores}
        model = str(Path(folder, "net.onnx"))
        for architecture in architectures:
            gradsign(folder, "export", *common, "--arch", architecture, "--out", model)
            loop = gradsign_loop.score(model, images, labels, proxies, dtype)
            for proxy in proxies:
                value = product[architecture, proxy]
                yield {
                    "architecture": architecture,
                    "proxy": proxy,
                    "product": value,
                    "loop": loop[proxy],
                    "relative": abs(value - loop[proxy]) / max(abs(loop[proxy]), 1e-30) if value != loop[proxy] else 0,
                }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architectures", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--proxies", default="gradsign,snip,grad_norm")
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    architectures = random_architectures(options.architectures, options.seed)
    proxies = options.proxies.split(",")
    for row in compare(architectures, batch_size=options.batch_size, proxies=proxies, seed=options.seed):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
