#!/usr/bin/env python3
"""One run, one table: glyphd beside the stacks it replaces, measured in alternation.

usage: make bench           or: python3 bench/run.py [--seconds 5] [--rounds 3] [--count 100000]
                                                     [--only serving,cpu,memory] [--glyphd PATH]

It sets up its peers itself (below build/bench), makes the pictures, starts every
server, lets wrk measure each for a few seconds in turn, round after round, and
quotes the median of the rounds: these machines drift, so only ratios within one run
mean anything. Writes bench/results/latest.json and bench/results/latest.md.
"""
import argparse
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "bench"
RESULTS = ROOT / "bench" / "results"
PEERS = ROOT / "bench" / "peers"


def say(*words):
    print(*words, file=sys.stderr, flush=True)


# ---- what has to be there first

def python_for_peers():
    python = WORK / "python" / "bin" / "python"
    wanted = (ROOT / "bench" / "requirements.txt").read_text()
    stamp = WORK / "python" / "requirements.txt"
    if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
        say("setting up the Python peers (about a minute)")
        shutil.rmtree(WORK / "python", ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(WORK / "python")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r",
                        str(ROOT / "bench" / "requirements.txt")], check=True)
        stamp.write_text(wanted)
    return python


def prepare(options):
    WORK.mkdir(parents=True, exist_ok=True)
    python = python_for_peers()
    mnist = WORK / "mnist"
    if not (mnist / "t10k-images-idx3-ubyte").exists():
        subprocess.run([str(options.glyphd), "dataset", "fetch", "mnist", "--to", str(mnist)], check=True)
    if not (WORK / "cnn.onnx").exists():
        subprocess.run([str(python), str(PEERS / "make_model.py"), str(mnist), str(WORK)], check=True)
    for side in (28, 400):
        if not pictures(side, options).exists():
            subprocess.run([str(python), str(ROOT / "bench" / "pictures.py"), str(mnist),
                            str(pictures(side, options)), str(options.count), str(side)], check=True)
    return python


def pictures(side, options):
    return WORK / f"pictures-{side}-{options.count}"


# ---- servers

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server under test: its process tree, how to reach it, and what it used."""

    def __init__(self, name, path, command, ready, environment=None, folder=None):
        self.name, self.path, self.port = name, path, free_port()
        self.data = WORK / "data" / name.replace(" ", "-").replace(",", "")
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        variables = {**os.environ, "BENCH_DATABASE": str(self.data / "kept.db"), **(environment or {})}
        started = time.monotonic()
        self.log = open(WORK / f"{self.data.name}.log", "wb")
        self.process = subprocess.Popen([str(word) for word in command(self)], env=variables, cwd=folder,
                                        stdout=self.log, stderr=self.log, start_new_session=True)
        self.wait_until_ready(ready)
        self.seconds_to_ready = time.monotonic() - started

    def wait_until_ready(self, path):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"{self.name} ended at once; see {self.log.name}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.01)
        sys.exit(f"{self.name} is not ready after 60 s; see {self.log.name}")

    def processes(self):
        """The process and all it started, through /proc."""
        parents = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    stat = (entry / "stat").read_text()
                except OSError:
                    continue
                parents[int(entry.name)] = int(stat[stat.rindex(")") + 2:].split()[1])
        family = {self.process.pid}
        while True:
            more = {child for child, parent in parents.items() if parent in family} - family
            if not more:
                return family
            family |= more

    def cpu_seconds(self):
        ticks = 0
        for pid in self.processes():
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
            fields = stat[stat.rindex(")") + 2:].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mb(self):
        total = 0
        for pid in self.processes():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.data, ignore_errors=True)


def start_glyphd(options, name="glyphd", extra=()):
    return Server(name, "/api/v1/recognitions",
                  lambda server: [options.glyphd, "serve", "--port", server.port, "--data", server.data, *extra],
                  "/readyz")


def start_flask(python):
    return Server("Flask + Keras", "/upload",
                  lambda server: [python, "-m", "gunicorn", "-w", 2, "--threads", 4, "--timeout", 120,
                                  "-b", f"127.0.0.1:{server.port}", "flask_app:app"],
                  "/ready", {"BENCH_KERAS_MODEL": str(WORK / "cnn.keras")}, PEERS)


def start_fastapi(python):
    return Server("FastAPI + onnxruntime", "/upload",
                  lambda server: [python, "-m", "uvicorn", "--workers", 2, "--no-access-log", "--port",
                                  server.port, "fastapi_app:app"],
                  "/ready", {"BENCH_ONNX_MODEL": str(WORK / "cnn.onnx")}, PEERS)


def start_nginx():
    def command(server):
        configuration = server.data / "nginx.conf"
        configuration.write_text(f"""
daemon off; worker_processes 2; pid {server.data}/pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {server.data}/body; keepalive_requests 1000000000;
  proxy_temp_path {server.data}/p; fastcgi_temp_path {server.data}/f;
  uwsgi_temp_path {server.data}/u; scgi_temp_path {server.data}/s;
  server {{
    listen 127.0.0.1:{server.port};
    location = /ready {{ return 200 "ready"; }}
    location / {{ default_type application/json; return 201 '{{"digit":7,"confidence":0.99}}'; }}
  }}
}}""")
        return ["nginx", "-c", configuration, "-e", "stderr"]
    return Server("nginx, constant", "/upload", command, "/ready")


# ---- measuring

def wrk(server, side, connections, seconds, first, options):
    threads = min(connections, 2)
    before = server.cpu_seconds()
    done = subprocess.run(
        ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s", "-s",
         str(ROOT / "bench" / "upload.lua"), f"http://127.0.0.1:{server.port}{server.path}", "--",
         str(pictures(side, options)), str(first), str(threads)],
        capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    if figures["bad_statuses"] or figures["socket_errors"]:
        sys.exit(f"{server.name}: {figures}: a measurement with errors is none")
    rate = figures["requests"] / (figures["microseconds"] / 1e6)
    return {"rate": rate, "p50_ms": figures["p50_us"] / 1000, "p99_ms": figures["p99_us"] / 1000,
            "cpu_us": (server.cpu_seconds() - before) / max(figures["requests"], 1) * 1e6}


def median_of(rounds):
    return {key: statistics.median(row[key] for row in rounds) for key in rounds[0]}


def measure_serving(servers, options):
    """Every server in turn, round after round: a slow minute of the machine hits all alike."""
    table = {}
    for side in (28, 400):
        for connections in (16, 1):
            rows = {server.name: [] for server in servers}
            for server in servers:
                wrk(server, side, connections, 1, 0, options)
            for round_number in range(options.rounds):
                for server in servers:
                    first = (round_number + 1) * options.count // (options.rounds + 1)
                    rows[server.name].append(wrk(server, side, connections, options.seconds, first, options))
                    say(f"{side} px, {connections:2} connections, round {round_number + 1}: {server.name}: "
                        f"{rows[server.name][-1]['rate']:.0f} requests/s")
            table[f"{side}/{connections}"] = {name: median_of(found) for name, found in rows.items()}
    return table


def measure_memory(server, options, requests=100_000):
    """Memory at rest after the first half and after all of them."""
    sent, sizes = 0, []
    for half in (requests // 2, requests):
        while sent < half:
            sent += round(wrk(server, 28, 16, 2, sent, options)["rate"] * 2)
        time.sleep(1)
        sizes.append(server.memory_mb())
    return {"half_mb": sizes[0], "end_mb": sizes[1], "requests": sent}


def measure_cpu(options):
    """Server CPU a request without recording, beside its two parts measured alone."""
    silent = start_glyphd(options, "glyphd-silent", ["--record", "false"])
    recording = start_glyphd(options, "glyphd-recording")
    empty = Server("empty", "/api/v1/recognitions",
                   lambda server: [WORK.parent / "release" / "empty_server", server.port], "/livez")
    found = {}
    try:
        for side in (28, 400):
            rows = {"silent": [], "recording": [], "empty": [], "read": []}
            for round_number in range(options.rounds):
                for name, server in (("silent", silent), ("recording", recording), ("empty", empty)):
                    rows[name].append(wrk(server, side, 16, options.seconds, round_number, options)["cpu_us"])
                rows["read"].append(float(subprocess.run(
                    [WORK.parent / "release" / "read_bench", pictures(side, options), "10000"],
                    capture_output=True, text=True, check=True).stdout.split()[0]))
            found[side] = {name: statistics.median(values) for name, values in rows.items()}
    finally:
        for server in (silent, recording, empty):
            server.stop()
    return found


# ---- the table

TARGETS = [
    ("Flask + Keras", "28/16", 50), ("Flask + Keras", "400/16", 50),
    ("FastAPI + onnxruntime", "28/16", 8), ("FastAPI + onnxruntime", "400/16", 3),
    ("FastAPI + onnxruntime", "28/1", 4), ("FastAPI + onnxruntime", "400/1", 4),
]


def markdown(found):
    lines = ["# Bench", "", f"Made by `make bench` on {found['machine']}; the medians of "
             f"{found['rounds']} alternated rounds of {found['seconds']} s each.", ""]
    if "serving" in found:
        lines += ["| picture, connections | server | requests/s | p50 ms | p99 ms | CPU µs a request |",
                  "|---|---|---|---|---|---|"]
        for case, rows in found["serving"].items():
            side, connections = case.split("/")
            for name, row in rows.items():
                lines.append(f"| {side} px, {connections} | {name} | {row['rate']:.0f} | {row['p50_ms']:.2f} | "
                             f"{row['p99_ms']:.2f} | {row['cpu_us']:.0f} |")
        lines += ["", "| glyphd against | picture, connections | times its requests/s | asked for |", "|---|---|---|---|"]
        for peer, case, wanted in TARGETS:
            rows = found["serving"][case]
            lines.append(f"| {peer} | {case.replace('/', ' px, ')} | "
                         f"{rows['glyphd']['rate'] / rows[peer]['rate']:.1f} | ≥ {wanted} |")
        flask, ours = found["serving"]["28/16"]["Flask + Keras"], found["serving"]["28/16"]["glyphd"]
        lines += ["", f"p99 of glyphd {ours['p99_ms']:.2f} ms; p50 of Flask {flask['p50_ms']:.1f} ms "
                  f"(asked for: below a tenth).", ""]
    if "start" in found:
        lines += ["| server | start to ready, s | memory when started, MB |", "|---|---|---|"]
        lines += [f"| {name} | {row['seconds']:.2f} | {row['memory_mb']:.0f} |" for name, row in found["start"].items()]
        lines.append("")
    if "memory" in found:
        memory = found["memory"]
        lines += [f"glyphd after {memory['requests']} requests: {memory['end_mb']:.0f} MB "
                  f"({memory['half_mb']:.0f} MB at half way; asked for: ≤ 150 MB, flat).", ""]
    for side, row in found.get("cpu", {}).items():
        parts = row["empty"] + row["read"]
        lines.append(f"{side} px, 16 connections: CPU without recording {row['silent']:.0f} µs a request; empty handler "
                     f"{row['empty']:.0f} + reading in-process {row['read']:.0f} µs: {row['silent'] / parts:.2f} times "
                     f"(asked for: ≤ 1.3). Recording adds {row['recording'] - row['silent']:.0f} µs.")
    return "\n".join(lines) + "\n"


def start_all(options, python):
    servers = [start_glyphd(options), start_flask(python), start_fastapi(python), start_nginx()]
    start = {server.name: {"seconds": server.seconds_to_ready, "memory_mb": server.memory_mb()}
             for server in servers}
    return servers, start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=100_000, help="pictures of each size")
    parser.add_argument("--only", default="serving,memory,cpu")
    parser.add_argument("--glyphd", type=pathlib.Path, default=ROOT / "build" / "release" / "glyphd")
    options = parser.parse_args()
    parts = options.only.split(",")
    python = prepare(options)
    found = {"machine": f"{os.cpu_count()} cores, {platform.machine()}", "seconds": options.seconds,
             "rounds": options.rounds}
    if "serving" in parts or "memory" in parts:
        servers, found["start"] = start_all(options, python)
        try:
            if "serving" in parts:
                found["serving"] = measure_serving(servers, options)
            if "memory" in parts:
                found["memory"] = measure_memory(servers[0], options)
        finally:
            for server in servers:
                server.stop()
    if "cpu" in parts:
        found["cpu"] = measure_cpu(options)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(found, indent=1) + "\n")
    (RESULTS / "latest.md").write_text(markdown(found))
    print(markdown(found))


if __name__ == "__main__":
    main()
