"""What is shown of a sync while it runs, and what is said of it at the end."""

from collections import Counter
from pathlib import Path

import pytest

from photobak.cli.ui.context import Context
from photobak.cli.ui.progress import Counts, SyncProgress, Throughput, amounts, duration_text, stages
from photobak.cli.ui.sync_view import SyncView, summary_lines
from photobak.client.files.outcome import FileOutcome, Result, Summary
from photobak.client.files.scan import Skipped

MEGABYTE = 1_000_000
A = Path("/p/a.jpg")


def finish(progress: SyncProgress, result: Result, size: int = MEGABYTE) -> None:
    progress.finished(FileOutcome(A, result, size=size))


class TestCounts:
    def test_every_byte_that_was_found_is_done_at_the_end_whatever_became_of_it(self) -> None:
        progress = SyncProgress()
        results = [result for result in Result if result is not Result.WOULD_UPLOAD]
        progress.found(len(results) + 1, (len(results) + 1) * MEGABYTE)
        for result in results:
            if result in (Result.STORED, Result.NO_PREVIEW, Result.REJECTED, Result.PENDING):
                progress.sent(MEGABYTE)
            finish(progress, result)
        progress.ignored(Skipped("/p/notes.txt", "not a photo", size=MEGABYTE))
        counts = progress.counts
        assert (counts.done, counts.done_bytes) == (counts.found, counts.found_bytes)
        assert (counts.unfinished, counts.broken) == (0, 2)

    def test_what_was_left_alone_at_first_sight_was_never_to_be_done(self) -> None:
        progress = SyncProgress()
        progress.ignored(Skipped("/p/link", "symbolic link"))
        assert progress.counts == Counts()

    def test_what_is_sent_twice_does_not_make_more_than_all(self) -> None:
        progress = SyncProgress()
        progress.found(1, MEGABYTE)
        progress.sent(3 * MEGABYTE)
        assert progress.counts.done_bytes == MEGABYTE


class TestThroughput:
    def test_the_time_left_is_of_the_pace_of_late(self) -> None:
        now = 0.0
        throughput, counts = Throughput(lambda: now), Counts(found=100, found_bytes=100 * MEGABYTE)
        assert (throughput.bytes_per_second, throughput.seconds_left(counts)) == (0.0, None)
        for now in range(40):
            counts.sent_bytes += MEGABYTE if now < 15 else MEGABYTE // 2
            throughput.look(counts)
        assert throughput.bytes_per_second == pytest.approx(MEGABYTE / 2)
        left = throughput.seconds_left(counts)
        assert left == pytest.approx((100 * MEGABYTE - counts.sent_bytes) / (MEGABYTE / 2))
        assert amounts(counts, throughput) == ["0 of 100 files", "27.5 MB of 100.0 MB", "2 min left"]

    def test_nothing_is_said_of_the_time_left_where_nothing_can_be_known(self) -> None:
        times = iter((0.0, 10.0))
        throughput, counts = Throughput(lambda: next(times)), Counts(found=1, found_bytes=MEGABYTE)
        throughput.look(counts)
        throughput.look(counts)  # ten seconds in which nothing was done
        assert throughput.seconds_left(counts) is None
        assert amounts(counts, throughput)[-1] == ""

    def test_what_is_sent_and_not_confirmed_is_waited_for(self) -> None:
        throughput, counts = Throughput(lambda: 0.0), Counts(found=2, found_bytes=MEGABYTE, sent_bytes=MEGABYTE, done=1)
        assert amounts(counts, throughput) == ["1 of 2 files", "1.0 MB of 1.0 MB", "waiting for the cloud"]
        counts.done = 2
        assert amounts(counts, throughput)[-1] == ""

    @pytest.mark.parametrize(
        ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (61, "1 min"), (3600, "1 h 0 min"), (12_000, "3 h 20 min")]
    )
    def test_times_as_people_say_them(self, seconds: float, text: str) -> None:
        assert duration_text(seconds) == text


def test_each_stage_is_counted() -> None:
    progress = SyncProgress()
    progress.unchanged(40_000)
    progress.found(3, 3 * MEGABYTE)
    progress.read(3)
    progress.uploaded(2)
    finish(progress, Result.STORED)
    assert stages(progress.counts, Throughput()) == "40,000 unchanged · 3 read · 2 uploaded (0 B/s) · 1 safe"
    finish(progress, Result.FAILED)
    assert stages(progress.counts, Throughput()).endswith(" · 1 safe · 1 failed")


class TestSummary:
    def lines(self, results: dict[Result, int], reasons: dict[str, int] | None = None, **other: int) -> list[str]:
        summary = Summary(Counter(results), bytes_uploaded=MEGABYTE, seconds=2.0, postponed=other.pop("postponed", 0))
        return summary_lines(summary, Counter(reasons or {}), unfinished=other.pop("unfinished", 0))

    def test_all_is_well(self) -> None:
        assert self.lines({Result.STORED: 2, Result.UNCHANGED: 1000}) == [
            "1,002 files safe: 2 newly stored, 0 already stored, 1,000 unchanged.",
            "1.0 MB uploaded in 2.0 s.",
        ]

    def test_what_is_not_safe_and_why(self) -> None:
        lines = self.lines({Result.PENDING: 1, Result.FAILED: 1}, {"permission denied": 1}, unfinished=3, postponed=4)
        assert lines[1:-1] == [
            "1 file uploaded, not confirmed yet; run sync again later.",
            "1 file NOT backed up; see the reasons above.",
            "3 files not finished; run sync again to continue.",
            "4 files postponed by --limit.",
        ]

    def test_of_many_failures_the_most_frequent_reasons(self) -> None:
        reasons = {f"reason {number}": 10 - number for number in range(8)}
        lines = self.lines({Result.FAILED: 50, Result.REJECTED: 2}, reasons)
        assert lines[1:-1] == [
            "52 files NOT backed up:",
            *(f"  {10 - number}: reason {number}" for number in range(5)),
            "  12: other reasons, see above",
        ]

    def test_what_would_be_uploaded(self) -> None:
        lines = self.lines({Result.WOULD_UPLOAD: 2, Result.FAILED: 1}, postponed=1)
        assert lines == [
            "2 files would be uploaded, 0 unchanged.",
            "1 file NOT backed up; see the reasons above.",
            "1 file postponed by --limit.",
        ]


def test_reasons_without_end_are_not_kept_without_end(capsys: pytest.CaptureFixture[str]) -> None:
    view = SyncView(Context(profile=None, verbosity=-1), as_json=False)
    for number in range(3000):
        view.finished(FileOutcome(A, Result.FAILED, f"its {number} bytes are too many"))
    assert len(view._reasons) == 1000
    assert len(capsys.readouterr().err.splitlines()) == 3000
