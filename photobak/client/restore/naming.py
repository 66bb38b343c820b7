"""File names that a file system accepts, a different one for each content: pure functions."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath
from typing import Final

LONGEST_NAME: Final = 255
"""Bytes of UTF-8: ext4's limit, and less than the 255 UTF-16 units of APFS, NTFS and exFAT."""
_LONGEST_SUFFIX: Final = 20
_OF_OUR_OWN: Final = re.compile(r"\.photobak-", re.IGNORECASE)
"""The prefix of files that are not complete yet (``part``)."""

# Names of devices and characters that Windows and its file systems refuse
# (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
_DEVICE: Final = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])[ ]*(\..*)?", re.IGNORECASE | re.DOTALL
)
_REFUSED: Final = re.compile(r'[\x00-\x1f<>:"|?*\\\ud800-\udfff]')
_NEVER: Final = re.compile(r"[/\0\ud800-\udc7f\udd00-\udfff]")
"""What no name may contain: separators, and lone surrogates, which JSON can express and UTF-8 can't."""


@dataclass(frozen=True, slots=True)
class NameRules:
    """How a file system treats names."""

    case_matters: bool = True
    """Whether ``a.jpg`` and ``A.jpg`` are two files."""
    form_matters: bool = True
    """Whether ``é`` as one character and as two (Unicode's NFC and NFD) are two names."""
    refuses_windows: bool = False
    """Whether it refuses what Windows does: ``:``, ``CON``, a dot at the end."""
    longest: int = LONGEST_NAME
    """Bytes that a name may have."""
    dotfiles: bool = True
    """Whether a name may begin with a dot: shells, desktops and web servers read such files, and hide them."""

    def key(self, path: PurePosixPath) -> str:
        """The same text for all paths that are the same file."""
        text = str(path) if self.form_matters else unicodedata.normalize("NFD", str(path))
        text = text if self.case_matters else text.casefold()
        return text if self.form_matters else unicodedata.normalize("NFC", text)


EVERY_NAME: Final = NameRules()
"""ext4 and the like: any bytes are a name, and different names are different files."""


def safe_name(name: str, rules: NameRules = EVERY_NAME) -> str:
    """Make one part of a path of any name, which may come from the network."""
    name = _NEVER.sub("_", name)
    if rules.refuses_windows:
        name = _REFUSED.sub("_", name)
        name = name[:-1] + "_" if name.endswith((".", " ")) else name
        name = f"_{name}" if _DEVICE.fullmatch(name) else name
    if name in ("", ".", ".."):
        return "_"
    if _OF_OUR_OWN.match(name) or (name.startswith(".") and not rules.dotfiles):
        name = f"_{name}"
    return _shortened(name, "", rules.longest)


def with_id(path: PurePosixPath, mark: str, longest: int = LONGEST_NAME) -> PurePosixPath:
    """Add a mark to a file's name, before its extension: ``IMG_1 (3f2a9c81d0e4).JPG``."""
    return path.with_name(_shortened(path.name, f" ({mark})", longest))


def _shortened(name: str, mark: str, longest: int) -> str:
    """The name with a mark, shortened to what a name may have; the extension is kept."""
    suffix = PurePosixPath(name).suffix
    if len(_encoded(suffix)) > _LONGEST_SUFFIX:
        suffix = ""
    stem = _encoded(name.removesuffix(suffix))
    room = longest - len(_encoded(mark + suffix))
    if len(stem) > room:
        # A character is never cut in half; bytes that are not UTF-8 are kept.
        stem = stem[:room].decode("utf-8", "ignore").encode() if _is_utf8(stem) else stem[:room]
    return stem.decode("utf-8", "surrogateescape") + mark + suffix


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Wish:
    """One content that wants one path."""

    path: PurePosixPath
    """Relative; every part is safe."""
    sha256: str
    rank: float
    """The lowest rank gets the path; of equal ones, the smaller SHA-256."""


def resolve(wishes: Iterable[Wish], rules: NameRules) -> list[PurePosixPath]:
    """Give each wish a path, and no path to two contents; the order of the wishes does not matter.

    If several contents want one path, the one with the lowest rank gets it, and the others get their id in the name. So
    does a file whose name is that of a folder.
    """
    wishes = list(wishes)
    folders = {rules.key(folder) for wish in wishes for folder in wish.path.parents}
    owners: dict[str, tuple[float, str]] = {}
    for wish in wishes:
        key = rules.key(wish.path)
        if key not in folders:
            owners[key] = min(owners.get(key, (wish.rank, wish.sha256)), (wish.rank, wish.sha256))
    given = {key: owner[1] for key, owner in owners.items()}
    moved: dict[tuple[str, str], PurePosixPath] = {}
    for wish in sorted(wishes, key=lambda each: (each.sha256, str(each.path))):
        key = rules.key(wish.path)
        if given.get(key) != wish.sha256 and (key, wish.sha256) not in moved:
            moved[key, wish.sha256] = _free(wish, rules, given, folders)
    return [moved.get((rules.key(wish.path), wish.sha256), wish.path) for wish in wishes]


def _free(wish: Wish, rules: NameRules, given: dict[str, str], folders: set[str]) -> PurePosixPath:
    """The first name with the id that no other content has; it is taken from then on."""
    for mark in _marks(wish.sha256):
        path = with_id(wish.path, mark, rules.longest)
        key = rules.key(path)
        if key not in folders and given.setdefault(key, wish.sha256) == wish.sha256:
            return path
    raise AssertionError("unreachable")


def _marks(sha256: str) -> Iterator[str]:
    yield sha256[:12]
    yield sha256
    for number in count(2):
        yield f"{sha256} {number}"
