"""A report of an import with everything in it, hostile names among it."""

from collections import Counter
from datetime import UTC, datetime

from photobak.client.files.outcome import Result, Summary
from photobak.client.imports.archive.interface import Problem
from photobak.client.imports.examine import Disagreement
from photobak.client.imports.report import ImportReport
from photobak.photo.capture_time import CaptureTime, TakenSource

HOSTILE = '<script>document.title = "taken over"</script>.jpg'


def example() -> ImportReport:
    """What ``import takeout --report`` writes of a Takeout of four parts, one of which is missing."""
    parts = [f"takeout-20240719T011900Z-00{part}.zip" for part in (1, 2, 4)]
    report = ImportReport("Takeout", parts)
    report.summary = Summary(Counter({Result.STORED: 11_842, Result.ALREADY_STORED: 1_317, Result.FAILED: 1}))
    report.duplicates = 1_204
    report.unsafe = [Problem(f"{parts[1]}/Takeout/Google Photos/Summer/IMG_7.jpg", "its bytes are damaged")]
    report.missing_parts = ["takeout-20240719T011900Z, part 3"]
    report.absent = ["Photos from 2019/PXL_20190704_201512345.jpg", f"Photos from 2019/{HOSTILE}"]
    report.albums = ["Lisbon", "Summer 2024", "Zoë & Ben"]
    by_file = CaptureTime(datetime(2024, 1, 1, tzinfo=UTC), TakenSource.EXIF)
    by_google = CaptureTime(datetime(1987, 7, 14, 15, 30, tzinfo=UTC), TakenSource.TAKEOUT)
    report.disagreements = [Disagreement("Photos from 1987/scan_12.jpg", by_google, (by_file,))]
    report.left_out = [Problem(f"Trash/IMG_{number}.jpg", "in Google's trash") for number in range(3)]
    return report
