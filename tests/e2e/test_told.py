"""A scheduled run proves, pings and tells; `status --check` and the metrics say the same."""

import json
import re
from pathlib import Path

from support.backup import Backup
from support.library_damage import Damage
from support.listening import listening


def test_a_scheduled_run_reads_originals_back_and_tells_what_has_changed(backup: Backup, tmp_path: Path) -> None:
    backup.make("a.jpg", "b.jpg")
    metrics = tmp_path / "photobak.prom"
    with listening() as server:
        url = f"127.0.0.1:{server.port}"
        told = {"PHOTOBAK_NOTIFY_URLS": f"json://{url}", "PHOTOBAK_NOTIFY_PING": f"http://{url}/check"}

        def night() -> int:
            """A run that is due, whenever the last one was."""
            (backup.places.state / "default.schedule.json").unlink(missing_ok=True)
            return backup.run("-q", "schedule", "run", "--at", "00:00", "--on-battery", *pictures, **told).returncode

        pictures = ["--on-metered", str(backup.photos)]
        assert night() == 0
        assert (server.pings, server.notices) == (["/check/start", "/check"], [])
        assert json.loads(backup.run("status", "--json").stdout)["proofs"]["proved"] == 2
        good = backup.run("status", "--check", "--max-age", "2d", "--prometheus", str(metrics))
        assert (good.returncode, good.stdout.startswith("ok: 2 photos confirmed")) == (0, True)

        damage = Damage(backup)
        for record in backup.records().values():
            damage.overwrite(record.original_key, b"x" * record.size)
        assert night() == night() == 3
        assert [each["title"] for each in server.notices] == ["photobak: 2 originals are lost or damaged in the cloud"]
        assert server.pings[2:] == ["/check/start", "/check/fail"] * 2
    bad = backup.run("status", "--check", "--json")
    assert bad.returncode == 3
    assert not json.loads(bad.stdout)["ok"]
    before = metrics.read_text()
    assert backup.run("status", "--prometheus", str(metrics)).stdout == ""
    for text, expected in ((before, "1"), (metrics.read_text(), "0")):
        assert f'photobak_ok{{profile="{backup.profile.name}"}} {expected}\n' in text
        assert all(
            re.fullmatch(r'# TYPE \w+ gauge|\w+\{profile="[\w.-]+"\} [-+.e\d]+', line) for line in text.splitlines()
        )
    assert metrics.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.glob(".*.prom*")) == []


def test_a_check_without_a_sign_in_is_not_ok(tmp_path: Path, backup: Backup) -> None:
    assert backup.run("status", "--check").returncode == 3  # nothing is backed up yet
    backup.run("logout")
    done = backup.run("status", "--check", "--prometheus", str(tmp_path / "x.prom"))
    assert (done.returncode, done.stderr) == (3, "")
    assert "photobak" in done.stdout
    assert "} 0\n" in (tmp_path / "x.prom").read_text()
    assert backup.run("status", "--check", "--max-age", "soon").returncode == 2
