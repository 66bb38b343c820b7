"""How Google Takeout names files: cut, numbered, without characters that Windows forbids. All lengths in UTF-16 units.

A photo's name is its title's stem cut to 47, then ``(n)`` where that name is taken, then the extension. Its JSON's name
is the title, since 2024 with ``.supplemental-metadata``, cut to 46, then ``(n)``, then ``.json``.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

JSON_UNITS: Final = 46
MEDIUM_UNITS: Final = 47
SUPPLEMENT: Final = ".supplemental-metadata"

_EDITED: Final = (
    "-edited", "-bearbeitet", "-modifié", "-modificato", "-bewerkt", "-edytowane", "-ha editado", "-editado",
    "-editada", "-editat", "-編集済み", "-编辑", "-已編輯", "-수정됨", "-편집됨", "-redigeret", "-redigert",
    "-redigerad", "-muokattu", "-upraveno", "-upravené", "-отредактировано", "-изменено", "-відредаговано",
    "-düzenlendi", "-szerkesztett",
)  # fmt: skip
_CREATED: Final = ("-effects", "-smile", "-mix", "-collage", "-animation", "-motion", "-pano")
"""Google's own creations, always in English."""
_VERSIONS: Final = tuple(unicodedata.normalize("NFD", suffix) for suffix in (*_EDITED, *_CREATED))
_LONGEST_EXTENSION: Final = 4
_SHORTEST_TAIL: Final = 3
"""Of a version's suffix that is cut off; shorter ones are believed only where the name is as long as names get."""

_EXTENSION = re.compile(r"\.(?:m[pv]~\d+|(?=\d?[a-z])[a-z0-9]{2,4})$", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"(?<=[^ ])\((\d{1,6})\)$", re.ASCII)
"""With a blank before it, a number belongs to the name: ``skytree (2).jpg``."""
_FORBIDDEN = str.maketrans(dict.fromkeys("!\"#$%&'*+,/:;<=>?@[\\]^`{|}", "_"))


@dataclass(frozen=True, slots=True)
class Name:
    """A medium's name in its parts."""

    stem: str
    """Composed (NFC), without number and extension."""
    number: str
    """``(1)``, or nothing."""
    extension: str
    """With its dot; empty where there is none."""

    @classmethod
    def of(cls, filename: str) -> Self:
        """Take a file name apart."""
        composed = unicodedata.normalize("NFC", filename)
        found = _EXTENSION.search(composed)
        stem, extension = (composed[: found.start()], found[0]) if found and found.start() else (composed, "")
        stem, number = split_number(stem)
        return cls(stem, number, extension)

    @property
    def numbered_stem(self) -> str:
        """All but the extension."""
        return self.stem + self.number

    @property
    def is_cut(self) -> bool:
        """Whether it is so long that Takeout had to cut its JSON's name, and perhaps its own."""
        return any(units(form) > JSON_UNITS for form in _forms(self.stem + self.extension))


def units(text: str) -> int:
    """Its length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, length: int) -> str:
    """Its first units; a character that would be halved stays whole, as in Takeout's own names."""
    if len(text) <= length // 2 or text.isascii():
        return text[:length]
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * length]
    if len(head) == 2 * length and 0xD8 <= head[-1] < 0xDC:  # the first half of a pair
        head = text.encode("utf-16-le", "surrogatepass")[: 2 * length + 2]
    return head.decode("utf-16-le", "surrogatepass")


def split_number(stem: str) -> tuple[str, str]:
    """What stands before a number in brackets, and the number; nothing where there is none, or nothing before it."""
    found = _NUMBER.search(stem) if stem.endswith(")") else None
    return (stem[: found.start()], found[0]) if found else (stem, "")


def folded(text: str) -> str:
    """A title or name as Takeout would write it, decomposed: what some system forbids in names is an underscore."""
    return unicodedata.normalize("NFD", text).translate(_FORBIDDEN)


def json_names(name: Name) -> Iterator[tuple[str, str]]:
    """Names, composed and without ``.json``, that a medium's own JSON has if it holds the medium's whole name.

    In pairs, of the new style and of the old one; the most usual first.
    """
    fulls = [(name.stem + name.extension, name.number)]
    if name.extension:  # it may have been uploaded without
        fulls.append((name.stem, name.number))
    if name.number:  # the number may belong to the name
        fulls += [(name.numbered_stem + name.extension, ""), (name.numbered_stem, "")]
    for full, number in fulls:
        for form in _forms(full):
            if units(form) <= JSON_UNITS:
                yield unicodedata.normalize("NFC", cut(form + SUPPLEMENT, JSON_UNITS)) + number, full + number


def cut_bases(stem: str, extension: str) -> frozenset[str]:
    """What the names of JSONs begin with, up to their number, that had to be cut before the medium's name ended."""
    names = [form for full in (stem + extension, stem) for form in _forms(full)]
    return frozenset(unicodedata.normalize("NFC", cut(name, JSON_UNITS)) for name in names)


def described_stem(json_name: str) -> tuple[str, str]:
    """The stem and number of the medium that a JSON's name speaks of, as far as it says so by itself."""
    base, number = split_number(json_name)
    before, dot, tail = base.rpartition(".")
    if dot and before and SUPPLEMENT.startswith(dot + tail):
        base = before
    before, dot, tail = base.rpartition(".")
    return (before if dot and before and len(tail) <= _LONGEST_EXTENSION and not tail.isdigit() else base), number


def originals(stem: str) -> Iterator[str]:
    """Stems of the photos that this may be a version of: ``A`` of ``A-edited``, also where that is cut off."""
    dash = stem.rfind("-")
    if dash <= 0:
        return
    tail = unicodedata.normalize("NFD", stem[dash:]).casefold()
    is_long = units(unicodedata.normalize("NFD", stem)) >= JSON_UNITS
    if any(
        tail == suffix or (suffix.startswith(tail) and (is_long or len(tail) >= _SHORTEST_TAIL)) for suffix in _VERSIONS
    ):
        yield stem[:dash]


def _forms(text: str) -> tuple[str, ...]:
    """A composed text, and what it is decomposed: names are cut in the form in which they were uploaded."""
    if text.isascii():
        return (text,)
    decomposed = unicodedata.normalize("NFD", text)
    return (text,) if decomposed == text else (text, decomposed)
