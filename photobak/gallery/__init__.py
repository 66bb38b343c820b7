"""The gallery: a page in the browser, and what serves it (docs/gallery.md)."""
