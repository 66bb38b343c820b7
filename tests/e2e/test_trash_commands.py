"""``rm``, ``trash`` and ``trash restore`` as people use them."""

from collections.abc import Iterator

import pytest
from support.owner import Owner, owner_of, small_pictures
from support.terminal import terminal


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with owner_of(tmp_path_factory.mktemp("owner"), small_pictures(12)) as found:
        yield found


@pytest.fixture(autouse=True)
def whole(owner: Owner) -> Iterator[None]:
    """Each test begins with nothing in the trash."""
    yield
    ids = [line["sha256"] for line in owner.json("trash")]
    if ids:
        owner.run("trash", "restore", *ids)


def test_a_photo_is_deleted_listed_and_brought_back(owner: Owner) -> None:
    before = owner.listed()
    photo = before["3.jpg"]
    said = owner.run("rm", photo["id"])
    assert "photobak trash restore" in said.stderr
    assert "3.jpg" not in owner.listed()
    (entry,) = owner.json("trash")
    assert {**photo, "status": "trashed", "trashed_until": entry["trashed_until"]} == entry
    listed = owner.run("trash").stdout
    assert photo["id"] in listed
    assert entry["trashed_until"][:7] in listed

    shown = owner.run("show", photo["id"]).stdout
    assert "trashed" in shown
    assert f"photobak trash restore {photo['id']}" in shown
    assert owner.run("rm", photo["id"]).stderr == said.stderr  # and stays no longer for it
    assert owner.json("trash") == [entry]

    refused = owner.run("get", photo["id"], "--to", owner.home / "back", code=1)
    assert f"photobak trash restore {photo['id']}" in refused.stderr

    owner.run("trash", "restore", photo["id"][:8])
    assert owner.listed() == before
    owner.run("get", photo["id"], "--layout", "flat", "--to", owner.home / "back")
    assert (owner.home / "back" / "3.jpg").read_bytes() == (owner.pictures / "3.jpg").read_bytes()


def test_the_files_on_this_machine_stay_and_a_sync_leaves_the_trash_alone(owner: Owner) -> None:
    photo = owner.listed()["4.jpg"]
    owner.run("rm", photo["id"])
    assert (owner.pictures / "4.jpg").exists()
    for _ in range(2):  # it asks again, each time
        *lines, summary = owner.json("sync", owner.pictures)
        assert [(line["sha256"], line["result"]) for line in lines] == [(photo["sha256"], "deleted")]
        assert "in the trash until" in lines[0]["reason"]
        assert (summary["uploaded"], summary["unchanged"]) == (0, 11)
    owner.run("trash", "restore", photo["id"])
    assert owner.sync()["unchanged"] == 12


def test_what_is_not_there_is_said_before_anything_is_deleted(owner: Owner) -> None:
    photo = owner.listed()["5.jpg"]
    assert "no photo ffffffff" in owner.run("rm", photo["id"], "ffffffff", code=1).stderr
    assert "not a photo's id" in owner.run("rm", photo["id"], "5.jpg", code=1).stderr
    assert "not in the trash" in owner.run("trash", "restore", photo["id"], code=1).stderr
    assert "no photo ffffffff" in owner.run("trash", "restore", "ffffffff", code=1).stderr
    assert "5.jpg" in owner.listed()


def test_nobody_deletes_many_photos_without_being_asked(owner: Owner) -> None:
    ids = [line["id"] for line in owner.listed().values()][:11]
    assert "--yes" in owner.run("rm", *ids, code=2).stderr
    assert len(owner.listed()) == 12
    assert len(owner.json("rm", "--yes", *ids)) == 11 + 1
    (left,) = owner.listed().values()
    *lines, summary = owner.json("rm", *ids, left["id"])  # one more is not many, whatever is in the trash already
    assert summary == {"type": "summary", "trashed": 12, "restored": 0, "failed": 0}
    assert {line["result"] for line in lines} == {"trashed"}
    assert owner.listed() == {}


@pytest.mark.parametrize(("typed", "left"), [("11", 1), ("y", 12), ("", 12)])
def test_many_photos_are_deleted_when_their_number_is_typed(owner: Owner, typed: str, left: int) -> None:
    ids = [line["id"] for line in owner.listed().values()][:11]
    with terminal(owner.home, "trash") as screen:
        screen.until("The trash is empty")
    with terminal(owner.home, "rm", *ids) as screen:
        screen.until("Type 11 to delete 11 photos")
        screen.type(typed + "\n")
        screen.until("nothing was deleted" if left == 12 else "Moved 11 photos to the trash")
    assert len(owner.listed()) == left
