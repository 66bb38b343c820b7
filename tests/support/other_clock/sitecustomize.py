"""A clock that is wrong, or jumps, for a process started with this folder in ``PYTHONPATH``.

``PHOTOBAK_TEST_CLOCK=SECONDS`` puts it forward by so much, or back; ``PHOTOBAK_TEST_CLOCK=jumps:SEED`` puts it now
here, now there, as a laptop's clock does that wakes up without a network. The monotonic clock goes on as ever.
"""

import datetime
import os
import random
import time

_HOUR, _DAY = 3600.0, 86_400.0
_setting = os.environ.get("PHOTOBAK_TEST_CLOCK", "")

if _setting:
    _jumps, _, _seed = _setting.partition("jumps:")
    _chance = random.Random(_seed)
    _off = [float(_jumps or 0)]
    _real_ns = time.time_ns
    _RealDatetime = datetime.datetime

    def _time_ns() -> int:
        if not _jumps and _chance.random() < 0.02:
            _off[0] = _chance.choice((0.0, 0.0, _HOUR / 2, -_HOUR / 2, 3 * _HOUR, -3 * _HOUR, 400 * _DAY, -400 * _DAY))
        return _real_ns() + int(_off[0] * 1e9)

    class _AnyDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, _RealDatetime)

    class OtherDatetime(_RealDatetime, metaclass=_AnyDatetime):
        """Dates by this clock."""

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "OtherDatetime":
            """As ``datetime.now``."""
            return cls.fromtimestamp(_time_ns() / 1e9, tz)

        @classmethod
        def utcnow(cls) -> "OtherDatetime":
            """As ``datetime.utcnow``."""
            return cls.now(datetime.UTC).replace(tzinfo=None)

    time.time = lambda: _time_ns() / 1e9
    time.time_ns = _time_ns
    datetime.datetime = OtherDatetime  # type: ignore[misc]
