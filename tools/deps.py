#!/usr/bin/env python3
"""Brings what the build needs: Debian packages and the pinned SDKs.

usage: tools/deps.py [build] [test] [system-test] [bench]   (build when none is named)

Repeatable: what is there already is left alone. Without root nothing is
installed; it says what is missing, with the command that installs it, and stops.
"""
import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE_LIST = ROOT / "tools" / "apt-packages.txt"
WHEEL_LIST = ROOT / "tools" / "sdk-wheels.txt"
THIRD_PARTY = ROOT / "third_party"

# Which part of a wheel becomes which folder under third_party/.
WHEEL_FOLDERS = {
    "openvino": ("openvino/", "openvino"),
    "onednn_cpu_gomp": (".data/data/", "onednn"),
    "onednn_devel_cpu_gomp": (".data/data/", "onednn"),
}


def fail(message):
    sys.exit(f"make deps: {message}")


def read_package_list():
    groups, current = {}, None
    for number, raw in enumerate(PACKAGE_LIST.read_text().splitlines(), 1):
        line = raw.split("#")[0].strip()
        if not line:
            continue
        if line.startswith("["):
            current = groups.setdefault(line.strip("[]"), [])
        elif current is None:
            fail(f"{PACKAGE_LIST.name}:{number}: a package before the first [group]")
        else:
            name, _, unless = line.partition(" unless ")
            current.append((name.strip(), unless.strip()))
    return groups


def works(command):
    return subprocess.run(["bash", "-c", command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def installed_packages():
    listing = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n"],
                             capture_output=True, text=True).stdout
    return {line.split()[0] for line in listing.splitlines() if line.endswith(" installed")}


def has_candidate(package):
    policy = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True).stdout
    return "Candidate:" in policy and "Candidate: (none)" not in policy


def choose(name):
    """The first of the alternatives that this release has; None for an absent optional one."""
    optional = name.endswith("?")
    for candidate in name.rstrip("?").split("|"):
        if has_candidate(candidate):
            return candidate
    if optional:
        return None
    fail(f"this Debian has no package {name!r}; glyphd builds on Debian 12 and 13")


def missing_lines(groups, wanted):
    present = installed_packages()
    for group in wanted:
        for name, unless in groups[group]:
            if unless and works(unless):
                continue
            if not any(option in present for option in name.rstrip("?").split("|")):
                yield name


def install_packages(wanted):
    if not shutil.which("apt-get"):
        fail("apt-get is not there; glyphd builds on Debian 12 and 13")
    missing = list(missing_lines(read_package_list(), wanted))
    required = [name for name in missing if not name.endswith("?")]
    if not missing or (not required and os.geteuid() != 0):
        return
    if os.geteuid() != 0:
        names = " ".join(name.split("|")[0] for name in required)
        fail(f"missing packages: {names}\n"
             f"  install them as root:  sudo {shlex.join([sys.executable, *sys.argv])}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "-q", "update"], check=True, env=environment, stdout=subprocess.DEVNULL)
    chosen = [package for package in map(choose, missing) if package]
    still = [package for package in chosen if package not in installed_packages()]
    if still:
        print(f"make deps: installing {len(still)} packages: {' '.join(still)}", flush=True)
        subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *still],
                       check=True, env=environment, stdout=subprocess.DEVNULL)


def extract(wheel):
    project = wheel.name.split("-")[0]
    marker, folder = WHEEL_FOLDERS[project]
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            before, found, inside = name.partition(marker)
            if not found or name.endswith("/") or (marker == "openvino/" and before):
                continue
            target = THIRD_PARTY / folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))


def install_sdks():
    wanted = hashlib.sha256(WHEEL_LIST.read_bytes()).hexdigest()
    stamp = THIRD_PARTY / "sdk-wheels.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("make deps: fetching the inference and training SDKs (100 MB)", flush=True)
    for folder in {folder for _, folder in WHEEL_FOLDERS.values()}:
        shutil.rmtree(THIRD_PARTY / folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        # The wheel is a container of C++ files for us, so its Python version is pinned
        # and need not be the one that is installed.
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                        "--require-hashes", "--only-binary=:all:", "--python-version", "3.11",
                        "--implementation", "cp", "--abi", "cp311", "--abi", "none",
                        "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux1_x86_64",
                        "--dest", scratch, "-r", str(WHEEL_LIST)], check=True)
        for wheel in sorted(pathlib.Path(scratch).glob("*.whl")):
            extract(wheel)
    stamp.write_text(wanted)


def main():
    wanted = sys.argv[1:] or ["build"]
    unknown = [group for group in wanted if group not in read_package_list()]
    if unknown:
        fail(f"no such group: {' '.join(unknown)}")
    try:
        install_packages(wanted)
        install_sdks()
    except subprocess.CalledProcessError as error:
        fail(f"this failed: {shlex.join(map(str, error.cmd))}")


if __name__ == "__main__":
    main()
