"""Compares the product's scores with PyTorch's on random NAS-Bench-201 networks, or given ones, and a random batch.

For each architecture: `gradsign export` writes the network, `gradsign score` scores it on the batch, and PyTorch
scores the exported file on the same batch. Prints one JSON object for each architecture and proxy:
{"architecture", "proxy", "product", "loop", "relative"}, `relative` to PyTorch's value, or for sums that cancel
(plain, grasp) to the sum of their terms' absolute values.
"""

import argparse
import json
import random
import tempfile
from pathlib import Path

import gradsign_loop  # Before NumPy and PyTorch: it sets the number of threads that they read when they are loaded.
import numpy
import torch

import baselines
import counts
from product import gradsign

gradsign_loop.PROXIES.update(baselines.PROXIES)
gradsign_loop.PROXIES.update(counts.PROXIES)

OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]


def random_architecture(generator):
    """A NAS-Bench-201 cell: for each of the nodes 1 to 3, an operation from each node before it."""
    nodes = ("|".join(f"{generator.choice(OPERATIONS)}~{source}" for source in range(node)) for node in (1, 2, 3))
    return "+".join(f"|{node}|" for node in nodes)


def random_architectures(count, seed):
    generator = random.Random(seed)
    return [random_architecture(generator) for _ in range(count)]


def _relative(product, loop):
    if product == loop:
        return 0
    return abs(product - loop) / max(getattr(loop, "magnitude", abs(loop)), 1e-30)


def compare(
    architectures,
    *,
    batch_size,
    proxies,
    seed,
    space="nas-bench-201",
    network=(),
    engine=None,
    dtype=torch.float32,
):
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
        common = ["--space", space, "--dataset", "cifar10", "--seed", seed, *network]
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
                    "relative": _relative(value, loop[proxy]),
                }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="nas-bench-201")
    parser.add_argument("--arch-file", type=Path, help="one architecture a line, instead of random ones")
    parser.add_argument("--architectures", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--proxies", default="gradsign,snip,grad_norm")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--channels", type=int, help="of the first stage; default: the space's published value")
    parser.add_argument("--cells-per-stage", type=int, help="default: the space's published value")
    parser.add_argument("--engine", help="the product's; default: its own")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32", help="PyTorch's")
    options = parser.parse_args()
    if options.arch_file:
        architectures = options.arch_file.read_text().splitlines()
    else:
        architectures = random_architectures(options.architectures, options.seed)
    sizes = {"--channels": options.channels, "--cells-per-stage": options.cells_per_stage}
    rows = compare(
        architectures,
        batch_size=options.batch_size,
        proxies=options.proxies.split(","),
        seed=options.seed,
        space=options.space,
        network=[word for option, size in sizes.items() if size is not None for word in (option, size)],
        engine=options.engine,
        dtype=getattr(torch, options.dtype),
    )
    for row in rows:
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
