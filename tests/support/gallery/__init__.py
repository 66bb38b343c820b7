"""A small cloud for the gallery's tests: what the page talks to, in this process, with faults to order."""
