"""Python stubs generated from the product's .proto files into a temporary folder."""

import importlib
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import google

from product import ROOT

# Health and reflection are standard services; their definitions come with the libraries that implement them.
INCLUDES = [
    ROOT / "proto",
    ROOT / "third_party/proto",
    ROOT / "node_modules/grpc-health-check/proto",
    ROOT / "node_modules/@grpc/reflection/build/proto/grpc",
    Path(find_spec("grpc_tools").origin).with_name("_proto"),
]
FILES = [
    "gradsign/common/v1/common.proto",
    "gradsign/benchmark/v1/benchmark.proto",
    "gradsign/scorer/v1/scorer.proto",
    "gradsign/searcher/v1/searcher.proto",
    "google/rpc/status.proto",
    "google/rpc/error_details.proto",
    "health/v1/health.proto",
    "reflection/v1/reflection.proto",
]

_folder = tempfile.TemporaryDirectory()
# In a process of its own: protoc brings a copy of protobuf that does not get on with PyTorch's.
subprocess.run(
    [
        *[sys.executable, "-m", "grpc_tools.protoc"],
        *[f"-I{include}" for include in INCLUDES],
        *[f"--python_out={_folder.name}", f"--grpc_python_out={_folder.name}", *FILES],
    ],
    check=True,
)
sys.path.insert(0, _folder.name)
# `google` is already a package elsewhere (google.protobuf); google.rpc is found beside it.
google.__path__.append(str(Path(_folder.name, "google")))


def _module(name):
    return importlib.import_module(name)


common = _module("gradsign.common.v1.common_pb2")
benchmark = _module("gradsign.benchmark.v1.benchmark_pb2")
benchmark_grpc = _module("gradsign.benchmark.v1.benchmark_pb2_grpc")
scorer = _module("gradsign.scorer.v1.scorer_pb2")
scorer_grpc = _module("gradsign.scorer.v1.scorer_pb2_grpc")
searcher = _module("gradsign.searcher.v1.searcher_pb2")
searcher_grpc = _module("gradsign.searcher.v1.searcher_pb2_grpc")
status = _module("google.rpc.status_pb2")
error_details = _module("google.rpc.error_details_pb2")
health = _module("health.v1.health_pb2")
health_grpc = _module("health.v1.health_pb2_grpc")
reflection = _module("reflection.v1.reflection_pb2")
reflection_grpc = _module("reflection.v1.reflection_pb2_grpc")
