"""What an original says of itself comes back as it was, as far as there is room for it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from photobak.cloud.store.object_metadata import ObjectMetadata, metadata_of
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.kind import Kind

TAKEN = CaptureTime(datetime(2024, 6, 30, 12, tzinfo=UTC), TakenSource.PARTNER)
MODIFIED = datetime(2024, 7, 1, 8, 30, 0, 123456, tzinfo=UTC)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_it_comes_back(name: str) -> None:
    source = f"laptop:{name}"
    metadata = metadata_of(name, Kind.SIDECAR, TAKEN, MODIFIED, {source})
    assert ObjectMetadata.read(metadata) == ObjectMetadata(name, Kind.SIDECAR, TAKEN, MODIFIED, source)
    assert all(value.isascii() for value in metadata.values())


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=900), max_size=4))
def test_it_is_never_more_than_s3_takes(names: list[str]) -> None:
    metadata = metadata_of("é" * 255, Kind.PHOTO, TAKEN, MODIFIED, {f"laptop:{name}" for name in names})
    assert sum(len(name) + len(value) for name, value in metadata.items()) <= 2048


def test_what_cant_be_read_is_left_out() -> None:
    wrong = {"taken-at": "yesterday", "kind": "song", "modified-at": "2024-07-01", "source": "nowhere", "filename": ""}
    assert ObjectMetadata.read(wrong) == ObjectMetadata()
    older = {"taken-at": "2024-06-30T12:00:00+00:00", "filename": "a%20b.jpg"}
    assert ObjectMetadata.read(older) == ObjectMetadata("a b.jpg", taken=CaptureTime(TAKEN.taken_at, TakenSource.MTIME))
