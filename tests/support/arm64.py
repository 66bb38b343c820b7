"""A Python for arm64 that runs on this machine: Debian's, under qemu, put together by the ordinary apt client.

Nothing is installed: apt works in folders of its own, and packages are only unpacked.
"""

import shutil
import subprocess
from pathlib import Path

SUITE = "trixie"
PYTHON = "python3.13"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
CPU = "neoverse-n1"  # the oldest that Lambda has (Graviton2)
NEEDS = ("apt-get", "dpkg-deb")
PACKAGES = (f"{PYTHON}-minimal", f"lib{PYTHON}-stdlib", "libstdc++6", "zlib1g", "ca-certificates", "base-files")


def missing() -> str:
    """What this machine lacks for it, by the name of a Debian package; "" where nothing."""
    lacking = [name for name in NEEDS if shutil.which(name) is None]
    if lacking:
        return "apt and dpkg (this needs Debian or Ubuntu)"
    return "" if KEYRING.exists() else "debian-archive-keyring"


def arm64_python(cache: Path) -> list[str]:
    """The beginning of a command that runs Python for arm64.

    Args:
        cache: a folder that is kept; the packages, 60 MB, are downloaded once.
    """
    root, host = cache / "root", cache / "host"
    if not (cache / "complete").exists():
        cache.mkdir(parents=True, exist_ok=True)
        _unpack(_downloaded(cache / "apt-host", _machine(), ["qemu-user"], with_dependencies=False), host)
        _unpack(_downloaded(cache / "apt-arm64", "arm64", list(PACKAGES), with_dependencies=True), root)
        if not (root / "lib").exists():
            (root / "lib").symlink_to("usr/lib")
        (cache / "complete").touch()
    emulator = host / "usr" / "bin" / "qemu-aarch64"
    return [str(emulator), "-cpu", CPU, "-L", str(root), str(root / "usr" / "bin" / PYTHON)]


def _machine() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def _downloaded(folder: Path, architecture: str, packages: list[str], *, with_dependencies: bool) -> list[Path]:
    """The packages' files, by an apt that knows nothing of this machine's."""
    for name in ("etc/apt/preferences.d", "state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    source = f"deb [signed-by={KEYRING}] https://deb.debian.org/debian {SUITE} main\n"
    (folder / "etc" / "apt" / "sources.list").write_text(source)
    options = {
        "Dir::Etc": folder / "etc" / "apt",
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
        "Acquire::Languages": "none",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    subprocess.run([*apt, "update"], check=True, timeout=300)
    if with_dependencies:
        subprocess.run([*apt, "install", "--download-only", "--yes", *packages], check=True, timeout=600)
        return sorted((folder / "cache" / "archives").glob("*.deb"))
    subprocess.run([*apt, "download", *packages], cwd=folder, check=True, timeout=600)
    return sorted(folder.glob("*.deb"))


def _unpack(files: list[Path], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for file in files:
        subprocess.run(["dpkg-deb", "-x", str(file), str(folder)], check=True)
