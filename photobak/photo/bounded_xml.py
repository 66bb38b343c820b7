"""Reads XML from strangers: what a document costs is bounded by its size, whatever it says.

Expat runs without namespace processing: with it, each name is joined to its namespace's URI, so that a URI of 400 KB
and 56,000 elements take 3 GB. Prefixes are resolved here instead, and only what the caller wants is kept. Documents
with a DTD are refused, and entities with it (XML 1.0, section 2.8).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of one document; Lightroom's longest sidecars, with masks, have 2 MB."""
MAX_NAMES: Final = 100_000
"""Elements and attributes of one document, kept or not; each costs about 1 µs."""
MAX_KEPT: Final = 20_000
"""Elements kept of one document, of some 300 bytes each."""
MAX_DEPTH: Final = 64
MAX_ATTRIBUTES: Final = 4096
"""Of one element."""


class UnreadableXml(ValueError):
    """The document is not well-formed, is too large, or has a DTD."""


@dataclass(slots=True)
class Element:
    """An element with what was wanted of it."""

    name: str
    """With the caller's prefix, whatever prefix the document uses: ``dc:description``."""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    """Its character data before, between and after its children, stripped."""

    def child(self, name: str) -> "Element | None":
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)


def parse(document: bytes, namespaces: Mapping[str, str], wanted: frozenset[str]) -> Element:
    """Read a document into a tree of wanted elements.

    Args:
        document: in UTF-8, UTF-16, or what its declaration says; bytes after the root element are ignored.
        namespaces: URI → prefix, for the names in the result.
        wanted: elements and attributes to keep. An element that is not wanted is left out with all below it, except
            around the first wanted one, where it is only a wrapper.

    Returns:
        A nameless element that holds the outermost wanted ones.

    Raises:
        UnreadableXml: nothing is to be believed of it.
    """
    if len(document) > MAX_BYTES:
        raise UnreadableXml(f"more than {MAX_BYTES:,} bytes")
    builder = _Builder(namespaces, wanted)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(document, True)
    except (ExpatError, ValueError, LookupError) as error:  # not well-formed; refused here; an unknown encoding
        if not builder.complete:
            raise UnreadableXml(str(error)) from error
    return builder.top


def _refuse_doctype(*_: object) -> None:
    raise UnreadableXml("it has a DTD")


class _Builder:
    """Makes a tree from expat's events, and stops it where they are too many."""

    def __init__(self, namespaces: Mapping[str, str], wanted: frozenset[str]) -> None:
        self.top = Element("")
        self._namespaces = namespaces
        self._wanted = wanted
        self._prefixes: dict[str, list[str | None]] = {"xml": ["xml"]}
        """The document's prefix → the caller's, as declared around here, innermost last."""
        self._declared: list[list[str]] = []
        """Prefixes that each open element declares."""
        self._open = [self.top]
        """Kept elements that are open."""
        self._skipped = 0
        """How many elements are open inside of one that isn't wanted, itself included."""
        self._names = 0
        self._kept = 0
        self._text: list[list[str]] = [[]]
        self.complete = False
        """Whether the root element has been closed."""

    def start(self, name: str, attributes: list[str]) -> None:
        self._count(1 + len(attributes) // 2)
        self._declared.append(self._declare(attributes))
        if self._skipped:
            self._skipped += 1
            return
        resolved = self._resolve(name)
        if resolved in self._wanted:
            self._keep(resolved, attributes)
        elif len(self._open) > 1:
            self._skipped = 1

    def end(self, _name: str) -> None:
        for prefix in self._declared.pop():
            self._prefixes[prefix].pop()
        if self._skipped:
            self._skipped -= 1
        elif len(self._open) > 1:
            self._open.pop().text = "".join(self._text.pop()).strip()
        self.complete = not self._declared

    def characters(self, text: str) -> None:
        if not self._skipped and len(self._open) > 1:
            self._text[-1].append(text)

    def _count(self, names: int) -> None:
        self._names += names
        if self._names > MAX_NAMES or names > MAX_ATTRIBUTES:
            raise UnreadableXml("too many elements and attributes")
        if len(self._declared) >= MAX_DEPTH:
            raise UnreadableXml("nested too deeply")

    def _declare(self, attributes: list[str]) -> list[str]:
        declared = []
        for name, uri in zip(attributes[::2], attributes[1::2], strict=True):
            if name == "xmlns" or name.startswith("xmlns:"):
                prefix = name[6:]
                self._prefixes.setdefault(prefix, []).append(self._namespaces.get(uri))
                declared.append(prefix)
        return declared

    def _keep(self, name: str, attributes: list[str]) -> None:
        self._kept += 1
        if self._kept > MAX_KEPT:
            raise UnreadableXml("too many elements")
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        named = ((self._resolve(key, of_attribute=True), value) for key, value in pairs)
        element = Element(name, {key: value for key, value in named if key in self._wanted})
        self._open[-1].children.append(element)
        self._open.append(element)
        self._text.append([])

    def _resolve(self, name: str, *, of_attribute: bool = False) -> str:
        """A name with the caller's prefix; empty where its namespace is unknown."""
        prefix, colon, local = name.rpartition(":")
        if not colon and of_attribute:
            return name  # attributes have no default namespace (Namespaces in XML 1.0, section 6.2)
        meant = self._prefixes.get(prefix)
        return f"{meant[-1]}:{local}" if meant and meant[-1] else ""
