"""Threads: the stages of a pipeline, and one function over many values."""
