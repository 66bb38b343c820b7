"""Traps of folders: albums, years and the trash in any language, and what is no photo."""
# ruff: noqa: RUF001 - names in other alphabets

from support.takeout.maker import ROOT, Expected, Maker, trap


@trap
def copies_in_albums(maker: Maker) -> None:
    content = maker.content()
    maker.photo("IMG_8172.jpg", content=content)
    for title in ("Summer", "Best of"):
        folder = maker.album(title, {"title": title, "description": f"of {title}", "access": "protected"})
        maker.photo("IMG_8172.jpg", folder=folder, content=content, album=title)


@trap
def photos_in_an_album_alone(maker: Maker) -> None:
    folder = maker.album("Shared with me", {"title": "Shared with me"})
    maker.photo("IMG_1.jpg", folder=folder, album="Shared with me")


@trap
def titles_that_folders_cannot_have(maker: Maker) -> None:
    folder = maker.album("Oud Album_7$#_", {"title": "Oud Album'7$#%", "description": ""})
    maker.photo("IMG_1.jpg", folder=folder, album="Oud Album'7$#%")


@trap
def albums_described_in_other_languages(maker: Maker) -> None:
    for title, name in (
        ("Été", "métadonnées.json"),
        ("Sommer", "Metadaten.json"),
        ("Estate", "metadati.json"),
        ("夏", "メタデータ.json"),
    ):
        folder = maker.album(title, {"title": title}, name)
        maker.photo("IMG_1.jpg", folder=folder, album=title)


@trap
def albums_in_the_format_of_2017(maker: Maker) -> None:
    folder = maker.album("Paris", {"albumData": {"title": "Paris", "description": "with Ann"}})
    maker.photo("IMG_1.jpg", folder=folder, album="Paris")


@trap
def albums_that_were_never_named(maker: Maker) -> None:
    for name in ("Untitled(3)", "Sans titre(9)", "Unbenannt"):
        folder = maker.album(name, {"title": "", "sharedAlbumComments": [{"text": "nice"}]})
        maker.photo("IMG_1.jpg", folder=folder, album=name)


@trap
def days_are_no_albums(maker: Maker) -> None:
    for name in ("2005-02-05", "2016-06-12 #2"):
        maker.photo("IMG_1.jpg", folder=maker.album(name, {"title": name}, "Metadaten.json"), style="old")


YEARS = (
    *("Photos from 2015", "Fotos von 2015", "Fotos de 2015", "Fotos del 2015", "Photos de 2015", "Foto da 2015"),
    *("Foto's van 2015", "2015 yılına ait fotoğraflar", "2015 年の写真", "Zdjęcia z 2015"),
)


@trap
def years_in_other_languages_are_no_albums(maker: Maker) -> None:
    for name in YEARS:
        maker.photo("IMG_1.jpg", folder=maker.album(name, {"title": name}))


@trap
def numbered_folders_are_albums_of_their_own(maker: Maker) -> None:
    for name in ("Trip", "Trip(1)"):
        maker.photo("IMG_1.jpg", folder=maker.album(name, {"title": "Trip"}), album="Trip")


@trap
def folders_without_album(maker: Maker) -> None:
    maker.photo("IMG_1.jpg", folder=f"{ROOT}/Archive", archived=True, facts={"archived": True})


@trap
def the_trash(maker: Maker) -> None:
    folder = f"{ROOT}/Papierkorb"
    medium, described = f"{folder}/IMG_1.jpg", f"{folder}/IMG_1.jpg.supplemental-metadata.json"
    maker.corpus.files[described] = maker.describe("IMG_1.jpg", trashed=True)
    maker.leave_out(medium, "trash")


@trap
def trash_in_a_language_unknown_here(maker: Maker) -> None:
    folder = f"{ROOT}/Tempat sampah"
    maker.corpus.files[f"{folder}/IMG_1.jpg.json"] = maker.describe("IMG_1.jpg", trashed=True)
    maker.leave_out(f"{folder}/IMG_1.jpg", "trash")
    maker.leave_out(f"{folder}/IMG_2.jpg", "trash")


@trap
def trash_without_json(maker: Maker) -> None:
    for name in ("Trash", "Corbeille", "Prullenbak"):
        maker.leave_out(f"{ROOT}/{name}/IMG_9.jpg", "trash")


@trap
def trashed_photos_in_years(maker: Maker) -> None:
    maker.corpus.files[f"{maker.folder}/IMG_1.jpg.json"] = maker.describe("IMG_1.jpg", trashed=True)
    maker.leave_out(f"{maker.folder}/IMG_1.jpg", "trash")
    maker.leave_out(f"{maker.folder}/IMG_1-edited.jpg", "trash")
    maker.photo("IMG_2.jpg")


@trap
def what_is_no_photo(maker: Maker) -> None:
    for name, document in (
        ("print-subscriptions.json", b'{"deliveries": []}'),
        ("user-generated-memory-titles.json", b'{"memoryTitles": []}'),
        ("titres-de-souvenirs.json", b'{"souvenirs": []}'),
        ("shared_album_comments.json", b"[]"),
    ):
        maker.leave_out(f"{ROOT}/{name}", "JSON", document)
    maker.leave_out("Takeout/archive_browser.html", "Google Photos", b"<html></html>")


@trap
def failed_videos(maker: Maker) -> None:
    maker.leave_out(f"{ROOT}/Failed Videos/VID_1.mp4", "could not process", maker.content(".mp4"))


@trap
def pictures_of_other_products(maker: Maker) -> None:
    maker.leave_out("Takeout/Contacts/Ann.jpg", "Google Photos")
    maker.leave_out("Takeout/Drive/Scan.jpg", "Google Photos")
    maker.leave_out("Takeout/Keep/note.json", "Google Photos", b'{"title": "Note", "textContent": "x"}')


@trap
def jsons_without_medium(maker: Maker) -> None:
    described = f"{maker.folder}/IMG_404.jpg.supplemental-metadata.json"
    maker.corpus.files[described] = maker.describe("IMG_404.jpg", photoTakenTime={"timestamp": "1600000000"})
    maker.corpus.jsons_without_medium.add(described)


@trap
def media_without_json(maker: Maker) -> None:
    maker.put(f"{maker.folder}/IMG_405.jpg", Expected(maker.kind))
