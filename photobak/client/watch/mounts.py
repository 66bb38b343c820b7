"""Which file systems don't tell of changes: those that another machine writes to as well."""

from pathlib import Path
from typing import Final

_MOUNTS: Final = Path("/proc/self/mounts")
_OF_THE_NETWORK: Final = frozenset({
    "9p", "afs", "ceph", "cifs", "davfs", "drvfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "vboxsf",
})  # fmt: skip
"""Types (fs/*/ of Linux); FUSE has names of its own, ``fuse.sshfs`` and the like."""


def mounts_here() -> str:
    """The mounts of this machine as Linux tells them (proc(5)); empty on other systems."""
    try:
        return _MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def network_file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds a path, where it is one that others write to; else empty.

    Args:
        path: absolute, without symbolic links.
        mounts: of this machine.
    """
    deepest, found = -1, ""
    for line in mounts.splitlines():
        _device, point, kind, *_ = line.split(" ")
        folder = Path(_unescaped(point))
        # Of several on one place the last one counts: it lies on top.
        if path.is_relative_to(folder) and len(folder.parts) >= deepest:
            deepest, found = len(folder.parts), kind
    return found if found in _OF_THE_NETWORK or found.startswith("fuse.") else ""


def _unescaped(text: str) -> str:
    """Spaces, tabs, line ends and backslashes are octal there (fstab(5))."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
