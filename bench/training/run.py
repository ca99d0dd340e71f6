#!/usr/bin/env python3
"""The cost of an epoch of the default recipe beside the same network in Keras/TensorFlow.

usage: bench/training/run.py MNIST_FOLDER [--trainer PATH] [--rounds 3] [--threads 2] [--batch 128]

Both learn 55,000 pictures without augmentation and validate on 5,000; they take turns, round
after round, and the median of the rounds is quoted: these machines drift, so only ratios within
one run mean anything. A round is a process of two epochs, of which the second counts: the first
pays for building the graph. Sets up TensorFlow below build/bench as bench/run.py does.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import run as serving_bench  # noqa: E402


def last_epoch(command):
    """Seconds and validation accuracy of the last epoch that a program reports in JSON lines."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    epochs = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"epoch"')]
    return epochs[-1]["seconds"], epochs[-1]["validation_accuracy"]


def commands(options, python, folder):
    ours = [str(options.trainer), "--data", str(options.mnist), "--out", str(folder), "--epochs", "2",
            "--batch", str(options.batch), "--threads", str(options.threads),
            "--no-augmentation", "--no-test", "--json"]
    theirs = [str(python), str(ROOT / "bench" / "training" / "keras_epoch.py"), str(folder),
              str(options.mnist), str(options.batch), "2", str(options.threads)]
    return {"glyphd-train": ours, "Keras/TensorFlow": theirs}


def measure(options, python):
    seconds = {}
    with tempfile.TemporaryDirectory() as scratch:
        # glyphd-train is first in every round, so its model is there for Keras to copy.
        for _ in range(options.rounds):
            for name, command in commands(options, python, pathlib.Path(scratch) / "model").items():
                spent, accuracy = last_epoch(command)
                seconds.setdefault(name, []).append(spent)
                print(f"{name:18} {spent:6.2f} s  (validation accuracy {accuracy:.4f})", flush=True)
    return {name: statistics.median(values) for name, values in seconds.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("mnist", type=pathlib.Path)
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build" / "release" / "glyphd-train")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=128)
    options = parser.parse_args()
    median = measure(options, serving_bench.python_for_peers())
    ours, theirs = median["glyphd-train"], median["Keras/TensorFlow"]
    print(f"\nan epoch: {ours:.2f} s, in Keras/TensorFlow {theirs:.2f} s: {ours / theirs:.2f} of its time")


if __name__ == "__main__":
    main()
