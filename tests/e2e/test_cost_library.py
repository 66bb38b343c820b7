"""``photobak cost`` without numbers counts what is really stored."""

import json

from support.backup import Backup


def test_the_library_is_counted(backup: Backup):
    empty = backup.run("cost")
    assert empty.returncode == 2
    assert "Pass a number of photos: --photos" in empty.stderr
    backup.make("1.jpg", "2.jpg")
    backup.sync()
    counted = backup.run("cost", "--json")
    assert counted.returncode == 0, counted.stderr
    lines = [json.loads(line) for line in counted.stdout.splitlines()]
    assert {line["photos"] for line in lines if line["type"] == "storage"} == {2}
