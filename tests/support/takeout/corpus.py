"""A Google Takeout with every known trap, made from rules: files, and what is to be found out about each."""

from support.takeout import folders, names, values, versions
from support.takeout.maker import TRAPS, Corpus, Maker

_THEMES = (names, versions, folders, values)


def corpus() -> Corpus:
    """All kinds of trap, once each."""
    maker = Maker()
    for theme in _THEMES:
        for trap in TRAPS:
            if trap.__module__ == theme.__name__:
                maker.begin(trap.__name__)
                trap(maker)
    return maker.corpus
