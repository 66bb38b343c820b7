"""`photobak sync` as a person or cron runs it: what it prints, what it sends, and how it exits."""

import fcntl
import json
import os
import re
import signal
from pathlib import Path

import pytest
from support.backup import Backup, contents, json_lines, write_photo
from support.command_line import photobak
from support.fault_proxy import Fault, FaultProxy, Kind, each
from support.local_stack import eventually, processes_of

from photobak.client.index.file import run_lock
from photobak.local.lifecycle import down

SUMMARY = {
    "type", "scanned", "unchanged", "uploaded", "already_stored", "stored", "no_preview", "rejected", "failed",
    "pending", "deleted", "ignored", "bytes_uploaded", "seconds",
}  # fmt: skip
COUNTED = ("unchanged", "stored", "already_stored", "no_preview", "rejected", "failed", "pending", "deleted")


class TestSecrets:
    def test_neither_the_index_nor_the_most_talkative_log_holds_any(self, backup: Backup) -> None:
        backup.make("a.jpg")
        done = backup.run("-vv", "sync", "Pictures")
        listed = backup.run("-vv", "ls")  # which needs credentials, while a sync may have been told all it waited for
        assert (done.returncode, listed.returncode) == (0, 0)
        said = done.stderr + listed.stderr
        state = backup.home / "photobak" / "state"
        kept = json.loads(next((state / "tokens").glob("*.json")).read_text())
        secrets = [kept["tokens"]["id_token"], kept["tokens"]["refresh_token"]]
        secrets += [kept["credentials"][name] for name in ("secret_access_key", "session_token")]
        index = b"".join(path.read_bytes() for path in state.glob("*.index.sqlite3*"))
        assert b"a.jpg" in index
        assert not [secret for secret in secrets if secret in said or secret.encode() in index]
        assert "x-amz-signature" not in said.lower()


class TestOutput:
    def test_json_is_a_line_for_each_new_file_and_a_summary(self, backup: Backup) -> None:
        backup.make("a.jpg", "b.jpg")
        (backup.photos / "notes.txt").write_text("text")
        done = backup.run("sync", "Pictures", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        files, summary = json_lines(done.stdout)
        assert set(summary) == SUMMARY
        assert summary["scanned"] == sum(summary[name] for name in COUNTED) == 2
        assert (summary["stored"], summary["uploaded"], summary["ignored"]) == (2, 2, 1)
        for line in files:
            assert set(line) == {"type", "path", "sha256", "kind", "taken_at", "taken_source", "result", "reason"}
            assert line["sha256"] == contents(backup.photos)[os.path.relpath(line["path"], backup.photos)]
            assert (line["taken_at"], line["taken_source"]) == ("2024-06-30T12:00:00+02:00", "exif")

    def test_quiet_says_nothing_where_all_is_well(self, backup: Backup) -> None:
        backup.make("a.jpg")
        for _ in range(2):
            done = backup.run("-q", "sync", "Pictures")
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_a_first_run_off_a_terminal_ends_with_a_summary(self, backup: Backup) -> None:
        backup.make("a.jpg")
        (backup.photos / "notes.txt").write_text("text")
        done = backup.run("sync", "Pictures")
        assert (done.returncode, done.stdout) == (0, "")
        safe, ignored, sent = done.stderr.splitlines()
        assert safe == "1 file safe: 1 newly stored, 0 already stored, 0 unchanged."
        assert ignored == "1 other file ignored (-v lists them)."
        assert sent.startswith("2.")

    def test_v_names_everything(self, backup: Backup) -> None:
        backup.make("a.jpg")
        (backup.photos / "notes.txt").write_text("text")
        said = backup.run("-v", "sync", "Pictures").stderr.splitlines()
        assert f"stored {backup.photos}/a.jpg" in said
        assert f"ignored {backup.photos}/notes.txt: not a photo, video or sidecar" in said
        assert "1 file safe: 1 newly stored, 0 already stored, 0 unchanged." in said

    def test_a_file_that_is_not_safe_is_told_of_without_being_asked(self, backup: Backup) -> None:
        backup.make("a.jpg")
        (backup.photos / "broken").symlink_to("nowhere")
        os.mkfifo(backup.photos / "pipe.jpg")
        (backup.photos / ".photobakignore").write_bytes(b"\xff")
        done = backup.run("sync", "Pictures")
        assert done.returncode == 3
        failed, *summary = done.stderr.splitlines()
        assert failed.startswith(f"failed {backup.photos}/.photobakignore: not gitignore syntax")
        assert "1 file NOT backed up; see the reasons above." in summary
        assert "3 other files ignored (-v lists them)." in summary

    def test_q_is_quiet_but_for_failures(self, backup: Backup) -> None:
        (backup.photos / ".photobakignore").write_bytes(b"\xff")
        done = backup.run("-q", "sync", "Pictures")
        assert (done.returncode, done.stdout) == (3, "")
        failed, *summary = done.stderr.splitlines()
        assert failed.startswith(f"failed {backup.photos}/.photobakignore")
        assert "1 file NOT backed up; see the reasons above." in summary

    def test_odd_names_stay_on_their_line(self, backup: Backup) -> None:
        backup.make("two\nlines \x1b[31m.jpg", os.fsdecode(b"caf\xe9.jpg"))
        done = backup.run("-v", "sync", "Pictures", "--json")
        assert done.returncode == 0
        assert f"stored {backup.photos}/two\\nlines \\x1b[31m.jpg" in done.stderr.splitlines()
        assert f"stored {backup.photos}/caf\\xe9.jpg" in done.stderr.splitlines()
        files, _ = json_lines(done.stdout)
        assert {line["path"] for line in files} == {
            f"{backup.photos}/two\nlines \x1b[31m.jpg",
            f"{backup.photos}/caf\\xe9.jpg",
        }


class TestRequests:
    def test_a_dry_run_makes_none(self, backup: Backup, proxy: FaultProxy) -> None:
        backup.make("a.jpg", "b.jpg")
        done = backup.run("sync", "Pictures", "--dry-run", "--json", **proxy.environment)
        assert done.returncode == 0
        files, summary = json_lines(done.stdout)
        assert [line["result"] for line in files] == ["would-upload"] * 2
        assert summary["would_upload"] == 2
        assert proxy.requests == 0
        assert proxy.seen[Kind.HEALTH]  # so the command did go through the proxy

    def test_an_idle_run_asks_only_for_what_has_changed(self, backup: Backup, proxy: FaultProxy) -> None:
        backup.make("a.jpg", "b.jpg")
        backup.sync()
        backup.sync()
        done = backup.run("sync", "Pictures", "--json", **proxy.environment)
        assert json_lines(done.stdout)[1]["unchanged"] == 2
        assert proxy.requests == 1

    def test_a_new_laptop_announces_a_hundred_at_a_time(self, backup: Backup, proxy: FaultProxy) -> None:
        for number in range(120):
            (backup.photos / f"{number}.xmp").write_text(f"<sidecar number='{number}'/>")
        backup.sync(jobs=8)
        backup.index_file.unlink()
        done = backup.run("sync", "Pictures", "--json", **proxy.environment)
        _, summary = json_lines(done.stdout)
        assert (summary["already_stored"], summary["uploaded"], summary["bytes_uploaded"]) == (120, 0, 0)
        assert proxy.seen[Kind.PREP] == 4  # 8, 16, 32, 64
        assert proxy.seen[Kind.UPLOAD] == 0


class TestFaultsOfS3:
    def test_a_post_that_has_expired_is_asked_for_again(self, backup: Backup, proxy: FaultProxy) -> None:
        backup.make("a.jpg")
        proxy.decide = each(Kind.UPLOAD, Fault.EXPIRED, first=1)
        done = backup.run("sync", "Pictures", "--json", **proxy.environment)
        assert json_lines(done.stdout)[1]["stored"] == 1
        assert (proxy.seen[Kind.UPLOAD], proxy.seen[Kind.PREP]) == (2, 2)

    def test_posts_that_keep_expiring_fail_the_file_and_not_the_run(self, backup: Backup, proxy: FaultProxy) -> None:
        backup.make("a.jpg", "b.jpg")
        proxy.decide = lambda kind, number: Fault.EXPIRED if kind is Kind.UPLOAD and number != 1 else Fault.NONE
        done = backup.run("sync", "Pictures", "--json", "--jobs", "1", **proxy.environment)
        assert done.returncode == 3
        _, summary = json_lines(done.stdout)
        assert (summary["stored"], summary["failed"]) == (1, 1)
        assert "the presigned POST expires before the upload finishes" in done.stderr
        assert proxy.seen[Kind.UPLOAD] == 4

    @pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.SLOW_DOWN, Fault.DROP, Fault.LOSE_ANSWER])
    def test_what_passes_is_tried_again(self, backup: Backup, proxy: FaultProxy, fault: Fault) -> None:
        backup.make("a.jpg", "b.jpg")
        proxy.decide = each(Kind.UPLOAD, fault, first=2)
        done = backup.run("sync", "Pictures", "--json", **proxy.environment)
        assert (done.returncode, json_lines(done.stdout)[1]["stored"]) == (0, 2)
        assert proxy.seen[Kind.UPLOAD] == 4

    def test_a_clock_that_is_wrong_is_said(self, backup: Backup, proxy: FaultProxy) -> None:
        backup.make("a.jpg")
        proxy.decide = each(Kind.UPLOAD, Fault.CLOCK_SKEW)
        done = backup.run("sync", "Pictures", **proxy.environment)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == (
            "photobak: S3 refuses the upload: this machine's clock is wrong. Set it, then repeat"
        )

    def test_bytes_that_were_changed_on_their_way_are_sent_again(
        self, backup: Backup, proxy: FaultProxy, tmp_path: Path
    ) -> None:
        backup.make("a.jpg")
        proxy.decide = each(Kind.UPLOAD, Fault.CORRUPT, first=1)
        done = backup.run("sync", "Pictures", "--json", **proxy.environment)
        _, summary = json_lines(done.stdout)
        assert (done.returncode, summary["stored"], summary["uploaded"]) == (0, 1, 2)
        backup.require_restorable(tmp_path / "back")

    def test_bytes_that_are_changed_every_time_are_rejected_and_never_said_to_be_stored(
        self, backup: Backup, proxy: FaultProxy, tmp_path: Path
    ) -> None:
        backup.make("a.jpg")
        proxy.decide = each(Kind.UPLOAD, Fault.CORRUPT)
        done = backup.run("sync", "Pictures", "--json", **proxy.environment)
        (line,), summary = json_lines(done.stdout)
        assert (done.returncode, summary["rejected"], summary["stored"]) == (3, 1, 0)
        assert "the bytes that arrived" in line["reason"]
        assert backup.records() == {}
        assert backup.run("sync", "Pictures").returncode == 0  # without the proxy
        backup.require_restorable(tmp_path / "back")

    def test_one_file_that_never_gets_through_does_not_keep_the_others(self, backup: Backup, proxy: FaultProxy) -> None:
        backup.make("a.jpg", "b.jpg", "c.jpg")
        proxy.decide = each(Kind.UPLOAD, Fault.SERVER_ERROR, first=5)
        done = backup.run("sync", "Pictures", "--json", "--jobs", "1", **proxy.environment)
        _, summary = json_lines(done.stdout)
        assert (done.returncode, summary["stored"], summary["failed"]) == (3, 2, 1)
        assert "InternalError" in done.stderr


class TestExitCodes:
    def test_2_for_what_makes_no_sense(self, backup: Backup) -> None:
        for arguments in (["missing"], [], ["Pictures", "--jobs", "0"], ["Pictures", "--limit-rate", "fast"]):
            done = backup.run("sync", *arguments)
            assert done.returncode == 2
            assert done.stderr

    def test_3_where_something_is_pending(self, backup: Backup) -> None:
        backup.make("a.jpg")
        done = backup.run("sync", "Pictures", "--no-wait")
        assert done.returncode == 3
        assert "1 file uploaded, not confirmed yet; run sync again later." in done.stderr
        assert backup.run("sync", "Pictures").returncode == 0

    def test_4_where_nobody_is_signed_in(self, backup: Backup) -> None:
        backup.make("a.jpg")
        assert backup.run("logout").returncode == 0
        done = backup.run("sync", "Pictures")
        assert done.returncode == 4
        assert "photobak login" in done.stderr.splitlines()[-1]

    def test_5_where_another_run_is_at_work(self, backup: Backup) -> None:
        backup.make("a.jpg")
        lock = backup.places.state / f"{backup.profile.name}.run.lock"
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            done = backup.run("sync", "Pictures")
            assert done.returncode == 5
            assert done.stderr.count("\n") == 1
        assert backup.run("sync", "Pictures").returncode == 0
        with run_lock(backup.places, backup.profile):
            done = backup.run("sync", "Pictures")
        assert f"at work for profile {backup.profile.name}: process {os.getpid()} (" in done.stderr

    def test_130_for_ctrl_c_which_says_what_is_safe(self, backup: Backup, proxy: FaultProxy, tmp_path: Path) -> None:
        backup.make(*(f"{number}.jpg" for number in range(30)))
        proxy.decide = lambda kind, number: Fault.DELAY if kind is Kind.UPLOAD and number > 10 else Fault.NONE
        proxy.pause = 120
        process = backup.start("sync", "Pictures", "--json", **proxy.environment)
        eventually(lambda: proxy.done[Fault.DELAY] > 0 and len(backup.records()) > 0)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)  # at once, though uploads hang
        assert process.returncode == 130
        last = errors.splitlines()[-1]
        said_safe = re.fullmatch(
            r"photobak: interrupted: (\d+) files? safe, \d+ not finished\. To continue, run the same command again",
            last,
        )
        assert said_safe, last
        assert "Traceback" not in errors
        files, summary = json_lines(output)
        assert summary["type"] == "summary"
        said = {line["sha256"] for line in files if line["result"] == "stored"}
        assert len(said) == int(said_safe[1])
        assert said <= set(backup.records())
        assert backup.run("sync", "Pictures").returncode == 0
        backup.require_restorable(tmp_path / "back")

    def test_1_where_the_cloud_is_out_of_reach(self, backup: Backup, proxy: FaultProxy) -> None:
        backup.make("a.jpg")
        proxy.decide = each(Kind.PREP, Fault.DROP)
        done = backup.run("sync", "Pictures", **proxy.environment)
        assert done.returncode == 1
        assert "doesn't answer" in done.stderr.splitlines()[-1]


def test_without_any_profile_the_local_stack_is_started_and_it_is_said(tmp_path: Path) -> None:
    write_photo(tmp_path / "Pictures" / "a.jpg")
    home = tmp_path / "home"
    home.mkdir()
    try:
        done = photobak(home, "sync", str(tmp_path / "Pictures"), "--json")
        assert done.returncode == 0, done.stderr
        assert done.stderr.splitlines()[0].startswith("No cloud is set up yet; using the local stack on this machine.")
        assert json.loads(done.stdout.splitlines()[-1])["stored"] == 1
        down(home / "photobak" / "state" / "local")
        done = photobak(home, "sync", str(tmp_path / "Pictures"), "--json")
        assert done.stderr.splitlines()[0] == "Starting the local stack."
        assert json.loads(done.stdout.splitlines()[-1])["unchanged"] == 1
    finally:
        down(home / "photobak" / "state" / "local")
    assert processes_of(home) == []
