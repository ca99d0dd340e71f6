"""glyphd builds without a warning and reads a picture in a fresh Debian 13 root.

Makes the root with mmdebstrap, so it needs root rights and the package mirror; a part
that is missing is a failure here, not a skip. GLYPHD_DEBIAN13_ROOT names a folder to keep
the root in between runs.
"""
import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ["GLYPHD_SOURCE_DIR"])
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def mirror():
    """Where this machine's own package client gets Debian from."""
    sites = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],
                           capture_output=True, text=True, check=True).stdout.split()
    return next(site for site in sites if "security" not in site)


def make_root(folder):
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates,make,g++",
                    "trixie", str(folder), f"deb [signed-by={KEYRING}] {mirror()} trixie main"], check=True)


def give_network_settings(folder):
    """The clients inside are set up as the ones outside are: names, certificates, npm, pip."""
    for name in ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", CERTIFICATES, "/root/.npmrc"):
        if os.path.exists(name):
            shutil.copy(name, str(folder) + name)


def copy_source(folder):
    target = folder / "src"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    files = subprocess.run(["git", "ls-files", "-z"], cwd=SOURCE, capture_output=True, check=True).stdout
    subprocess.run(["sh", "-c", f"tar --null -cf - -T - | tar -xf - -C '{target}'"],
                   cwd=SOURCE, input=files, check=True)


class Root:
    def __init__(self, folder):
        self.folder = folder
        self.mounts = []

    def mount(self, *words):
        target = str(self.folder / words[-1].lstrip("/"))
        subprocess.run(["mount", *words[:-1], target], check=True)
        self.mounts.append(target)

    def unmount(self):
        for target in reversed(self.mounts):
            subprocess.run(["umount", "-l", target], check=True)

    def run(self, command, **options):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
                       "PIP_CERT": CERTIFICATES, "SSL_CERT_FILE": CERTIFICATES,
                       "NODE_EXTRA_CA_CERTS": CERTIFICATES, "CCACHE_DISABLE": "1"}
        return subprocess.run(["chroot", str(self.folder), "sh", "-c", command], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


@pytest.fixture(scope="module")
def debian13(tmp_path_factory):
    kept = os.environ.get("GLYPHD_DEBIAN13_ROOT")
    folder = pathlib.Path(kept) if kept else tmp_path_factory.mktemp("debian13") / "root"
    if not (folder / "usr" / "bin").exists():
        make_root(folder)
    give_network_settings(folder)
    copy_source(folder)
    root = Root(folder)
    root.mount("-t", "proc", "proc", "/proc")
    root.mount("--bind", "/dev", "/dev")
    yield root
    root.unmount()
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)


def test_the_build_is_without_warnings_with_its_own_compiler(debian13):
    done = debian13.run("cd /src && make build 2>&1")
    assert done.returncode == 0, done.stdout[-6000:]
    assert "warning:" not in done.stdout
    assert "g++ (Debian 14" in debian13.run("g++ --version").stdout


def test_the_program_reads_a_picture_there(debian13):
    done = debian13.run("cd / && for f in /src/tests/data/pictures/*; do case $f in *.png|*.jpg|*.heic) echo $f;; "
                        "esac; done | xargs /src/build/release/glyphd read --json")
    assert '"text":' in done.stdout, done.stdout[-2000:]
    assert "error while loading shared libraries" not in done.stdout


def test_what_the_program_needs_lies_beside_it(debian13):
    done = debian13.run("cp -r /src/build/release /elsewhere && cd / && LD_LIBRARY_PATH= ldd /elsewhere/glyphd; "
                        "/elsewhere/glyphd version; rm -rf /elsewhere")
    assert "not found" not in done.stdout
    assert done.returncode == 0, done.stdout
