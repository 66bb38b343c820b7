"""Brings originals back: which names they get, how they come, and that each is whole before it has its name."""
