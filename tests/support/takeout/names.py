"""Traps in names: cut, numbered, without extension, in other forms of Unicode."""

import unicodedata
from datetime import timedelta

from support.takeout.maker import NOON, Expected, Maker, trap


@trap
def new_style(maker: Maker) -> None:
    maker.photo("IMG_1159.HEIC")


@trap
def new_style_with_its_supplement_cut(maker: Maker) -> None:
    maker.photo("PXL_20241231_151646544.MP.jpg")


@trap
def new_style_cut_to_a_dot(maker: Maker) -> None:
    maker.photo("PXL_20211120_223243932.MOTION-02.ORIGINAL.jpg")


@trap
def new_style_cut_inside_of_the_extension(maker: Maker) -> None:
    maker.photo("PXL_20240506_142610305.LONG_EXPOSURE-01.COVER.jpg")


@trap
def old_style(maker: Maker) -> None:
    maker.photo("IMG_20190102_030405.jpg", style="old")


@trap
def old_style_cut_inside_of_the_extension(maker: Maker) -> None:
    maker.photo("Urlaub in Knaufspesch in der Schneifel (38).JPG", style="old")


@trap
def old_style_cut_before_the_extension(maker: Maker) -> None:
    maker.photo("PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINAL.jpg", style="old")


@trap
def both_styles_in_one_folder(maker: Maker) -> None:
    maker.photo("IMG_1.jpg", style="old")
    maker.photo("IMG_2.jpg", style="new")


@trap
def both_styles_for_one_photo(maker: Maker) -> None:
    path = maker.photo("IMG_1.jpg", style="new")
    maker.corpus.files[f"{maker.folder}/IMG_1.jpg.json"] = maker.describe("IMG_1.jpg")
    assert path


@trap
def json_names_of_53_characters(maker: Maker) -> None:
    title = "Screenshot_2024-08-31-00-53-48-647_com.snapchat.android.jpg"
    path = f"{maker.folder}/{title[:47]}.jpg"
    described = f"{maker.folder}/{title[:53]}.json"
    maker.pair(path, described, title)


@trap
def emoji_count_twice(maker: Maker) -> None:
    maker.photo("😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛😝😜🤪🤨🧐.jpg", style="old")
    maker.photo("a😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛😝😜🤪🤨🧐.jpg", style="new")


@trap
def composed_and_decomposed_names(maker: Maker) -> None:
    folder = maker.folder
    described = f"{folder}/{unicodedata.normalize('NFC', 'Café à Genève.jpg')}.supplemental-metadata.json"
    path = f"{folder}/{unicodedata.normalize('NFD', 'Café à Genève.jpg')}"
    maker.pair(path, described, "Café à Genève.jpg")


@trap
def decomposed_names_are_cut_where_they_are_longer(maker: Maker) -> None:
    maker.photo(unicodedata.normalize("NFD", "Élève préféré à l'école près de la forêt.jpg"))


@trap
def characters_that_windows_forbids(maker: Maker) -> None:
    maker.photo("27/06/12 - 1.mov", extension=".mov")
    maker.photo('What? <no>: "yes" | a*b & c%.jpg')


@trap
def dots_inside_of_names(maker: Maker) -> None:
    maker.photo("IMG2021021.json74722.jpg", style="old")
    maker.photo("2024.01.02 at 03.04.05.jpg")


# Numbers


@trap
def moved_numbers_of_the_new_style(maker: Maker) -> None:
    for hour in range(3):
        taken = NOON + timedelta(hours=hour)
        maker.photo(
            "IMG_3479.JPG",
            facts={"taken": taken},
            photoTakenTime={"timestamp": str(int(taken.timestamp()))},
        )


@trap
def moved_numbers_of_the_old_style(maker: Maker) -> None:
    for _ in range(3):
        maker.photo("IMG_3479.JPG", style="old")


@trap
def numbers_that_belong_to_the_name(maker: Maker) -> None:
    maker.photo("skytree (2).jpg")
    maker.photo("skytree.jpg")


@trap
def brackets_inside_of_names(maker: Maker) -> None:
    for _ in range(2):
        maker.photo("IMG2021021(4455)74722.jpg", style="old")


@trap
def numbers_before_numbers(maker: Maker) -> None:
    for _ in range(2):
        maker.photo("Negative0-36-35(1).jpg")


@trap
def numbers_in_place(maker: Maker) -> None:
    maker.photo("IMG_1234(3).jpg", style="old")


@trap
def numbers_after_cuts(maker: Maker) -> None:
    for _ in range(3):
        maker.photo("13039_327707840323_537645323_9470255_27214_n.jpg", style="old")


@trap
def many_titles_that_begin_alike(maker: Maker) -> None:
    for number in range(1, 13):
        title = f"Backyard_ceremony_wedding_photography_xxxxxxx_magnoliastudios-{number}.jpg"
        maker.photo(title, style="old", description=title, facts={"description": title})


@trap
def titles_that_differ_in_their_47th_character(maker: Maker) -> None:
    for last in "ABAB":
        title = f"Backyard_ceremony_wedding_photography_xxxxxxx_{last}nd so on {maker.number}.jpg"
        maker.photo(title, description=title, facts={"description": title})


@trap
def long_titles_that_differ_in_their_extension(maker: Maker) -> None:
    for extension in ("jpg", "heic", "png"):
        title = f"Backyard_ceremony_wedding_photography_xxxxxxx_magnolia.{extension}"
        maker.photo(title, description=title, facts={"description": title})


@trap
def one_json_for_several(maker: Maker) -> None:
    title = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_PXL_20220516_164814158.jpg"
    path = maker.photo(title, style="old")
    described = maker.corpus.expected[path].json
    copy = path.replace("_P.jpg", "_P(1).jpg")
    maker.put(copy, Expected(maker.kind, described, "shared"))


@trap
def a_number_whose_json_is_missing_gets_no_other(maker: Maker) -> None:
    maker.photo("DSC_0104.JPG", style="old")
    maker.put(f"{maker.folder}/DSC_0104(1).JPG", Expected(maker.kind))


@trap
def uploaded_without_extension(maker: Maker) -> None:
    maker.photo("20030616", style="old", extension=".jpg")
    maker.photo("Peanut Butter Balls", extension=".jpg")


@trap
def long_and_uploaded_without_extension(maker: Maker) -> None:
    maker.photo("PXL_20241216_151429988-CINEMATIC_MOMENT_VIDEO", extension=".mp4")


@trap
def extensions_in_the_other_case(maker: Maker) -> None:
    described = f"{maker.folder}/IMG_1234.jpg.json"
    maker.pair(f"{maker.folder}/IMG_1234.JPG", described, "IMG_1234.jpg")


@trap
def wrong_extensions(maker: Maker) -> None:
    maker.photo("IMG_0001.HEIC", content=maker.content(".jpg"))


@trap
def another_extension_than_the_title_has(maker: Maker) -> None:
    described = f"{maker.folder}/lp_image.jpg.supplemental-metadata.json"
    maker.pair(f"{maker.folder}/lp_image.jpeg", described, "lp_image.jpg")


@trap
def three_files_of_one_stem(maker: Maker) -> None:
    for extension in ("jpg", "png", "gif"):
        maker.photo(f"image000000.{extension}", style="old")
