"""Runs the product's command line as any user of it would."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [shutil.which("node"), str(ROOT / "libs/cli/bin/gradsign.js")]


def environment(home):
    """The caller's environment with a state folder of its own."""
    return {**os.environ, "GRADSIGN_HOME": str(home)}


def gradsign(home, *arguments):
    """Runs a verb; returns the JSON objects that it prints."""
    done = subprocess.run([*COMMAND, *map(str, arguments)], env=environment(home), capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"gradsign {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class Served:
    """`gradsign serve` on free ports; `addresses` names them by service."""

    def __init__(self, home, *arguments):
        self._home = home
        ports = [argument for name in ("scorer", "oracle", "searcher") for argument in (f"--{name}-port", "0")]
        self._process = subprocess.Popen(
            [*COMMAND, "serve", *ports, "--format", "json", *arguments],
            env=environment(home),
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"gradsign serve ended with {self._process.wait()} before it served")
        self.addresses = json.loads(line)

    def processes(self):
        """Ids of all processes with this server's state folder in their environment, zombies excluded."""
        marker = f"GRADSIGN_HOME={self._home}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if marker in folder.joinpath("environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                pass  # It ended meanwhile, or belongs to somebody else.
        return found

    def stop(self, seconds=20):
        """Ends the server by SIGTERM; returns its exit code and the processes that outlived it."""
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        self._process.stdout.close()
        deadline = time.monotonic() + 5
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        left = self.processes()
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return code, left
