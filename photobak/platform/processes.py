"""The process itself: its standard output and its limits."""

import resource
import select
from contextlib import suppress


def reader_is_gone(descriptor: int) -> bool:
    """Whether the other end of a pipe is closed, as after ``photobak ls | head``."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return bool(poll.poll(0))  # POLLERR and POLLHUP are always reported


def raise_open_files(wanted: int) -> None:
    """Raise the soft limit of open files to ``wanted``, or as far as the hard limit allows; never lower it.

    Raises:
        OSError, ValueError: the system refuses it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def limit_this_process(*, memory_bytes: int, cpu_seconds: int) -> None:
    """Limit the memory and CPU time of this process, as far as the system can."""
    for limit, value in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, cpu_seconds)):
        with suppress(OSError, ValueError):  # macOS has no limit for the address space
            resource.setrlimit(limit, (value, value))
