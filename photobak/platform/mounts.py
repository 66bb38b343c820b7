"""File systems whose changes this machine is not notified of, because other machines write to them as well."""

from pathlib import Path
from typing import Final

_MOUNTS: Final = Path("/proc/self/mounts")
_REMOTE: Final = frozenset({
    "9p", "afs", "ceph", "cifs", "davfs", "drvfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "vboxsf",
})  # fmt: skip
"""Types (fs/*/ in Linux's source); those of FUSE have a prefix, as in ``fuse.sshfs``."""


def mounts_here() -> str:
    """This machine's mounts, in the format of proc(5); empty on systems without it."""
    try:
        return _MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def network_file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds ``path`` if it is a remote one; else empty.

    Args:
        path: absolute, without symbolic links.
        mounts: what ``mounts_here`` returned.
    """
    deepest, found = -1, ""
    for line in mounts.splitlines():
        _device, point, kind, *_ = line.split(" ")
        folder = Path(_unescaped(point))
        # Of several mounts on one folder the last is on top.
        if path.is_relative_to(folder) and len(folder.parts) >= deepest:
            deepest, found = len(folder.parts), kind
    return found if found in _REMOTE or found.startswith("fuse.") else ""


def _unescaped(text: str) -> str:
    """Spaces, tabs, line ends and backslashes are written in octal (fstab(5))."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
