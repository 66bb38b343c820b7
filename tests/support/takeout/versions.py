"""Traps of edits, effects and the videos of Live and Motion Photos, which have no JSON of their own."""

import unicodedata

from support.takeout.maker import Maker, Trap, google_cut, trap

SUFFIXES = (
    *("-edited", "-bearbeitet", "-modifié", "-modificato", "-bewerkt", "-edytowane", "-ha editado", "-editado"),
    *("-editat", "-編集済み", "-编辑", "-effects", "-smile", "-mix", "-EFFECTS", "-COLLAGE", "-ANIMATION", "-MOTION"),
)


def _version(suffix: str) -> Trap:
    def make(maker: Maker) -> None:
        original = maker.photo(
            "IMG_20210607.jpg", description="of the original", facts={"description": "of the original"}
        )
        maker.follower(original, f"IMG_20210607{suffix}.jpg", "version")

    make.__name__ = f"version{suffix}"
    return make


for _suffix in SUFFIXES:
    trap(_version(_suffix))


@trap
def numbered_versions(maker: Maker) -> None:
    for number in ("", "(1)"):
        original = maker.photo("20220322_205147.jpg")
        maker.follower(original, f"20220322_205147-edited{number}.jpg", "version")


@trap
def versions_with_the_number_before(maker: Maker) -> None:
    maker.photo("20220322_205147.jpg")
    original = maker.photo("20220322_205147.jpg")
    maker.follower(original, "20220322_205147(1)-bearbeitet.jpg", "version")


@trap
def versions_in_another_format(maker: Maker) -> None:
    original = maker.photo("IMG_0001.HEIC")
    maker.follower(original, "IMG_0001-edited.jpg", "version")


@trap
def versions_in_decomposed_unicode(maker: Maker) -> None:
    original = maker.photo("PXL_20220405_090123740.PORTRAIT.jpg")
    name = unicodedata.normalize("NFD", "PXL_20220405_090123740.PORTRAIT-modifié.jpg")
    maker.follower(original, name, "version")


@trap
def versions_whose_suffix_is_cut(maker: Maker) -> None:
    title = "123456789123456789123456789123456_DSCN0091.JPG"
    original = maker.photo(title)
    maker.follower(original, google_cut(title[:-4] + "-ha editado", 47) + ".JPG", "version")


@trap
def versions_whose_suffix_is_cut_to_a_dash(maker: Maker) -> None:
    title = "123456789123456789123456789123456789_123456789.JPG"
    original = maker.photo(title)
    maker.follower(original, google_cut(title[:-4] + "-edited", 47) + ".JPG", "version")


@trap
def versions_cut_inside_of_a_decomposed_character(maker: Maker) -> None:
    title = unicodedata.normalize("NFD", "1234567891234567891234567891234567891234.jpg")
    original = maker.photo(title)
    maker.follower(original, google_cut(title[:-4] + unicodedata.normalize("NFD", "-modifié"), 47) + ".jpg", "version")


@trap
def creations_with_a_json_of_their_own(maker: Maker) -> None:
    maker.photo("IMG_20210607.jpg")
    maker.photo("IMG_20210607-COLLAGE.jpg", description="own", facts={"description": "own"})


@trap
def versions_whose_original_is_in_no_part(maker: Maker) -> None:
    described = f"{maker.folder}/IMG_1.jpg.supplemental-metadata.json"
    maker.pair(f"{maker.folder}/IMG_1-edited.jpg", described, "IMG_1.jpg", "version")


@trap
def motion_photos(maker: Maker) -> None:
    still = maker.photo("PXL_20221228_185930354.MP.jpg")
    maker.follower(still, "PXL_20221228_185930354.MP", "motion")


@trap
def motion_photos_that_were_edited(maker: Maker) -> None:
    for mark in ("MP", "MP~2"):
        still = maker.photo(f"PXL_20210102_221126856.{mark}.jpg", style="old")
        maker.follower(still, f"PXL_20210102_221126856.{mark}", "motion")


@trap
def motion_photos_of_other_makers(maker: Maker) -> None:
    still = maker.photo("00000IMG_00000_BURST20190101.MV.jpg")
    maker.follower(still, "00000IMG_00000_BURST20190101.MV", "motion")


@trap
def motion_photos_without_extension(maker: Maker) -> None:
    still = maker.photo("MVIMG_20190101_010203.jpg")
    maker.follower(still, "MVIMG_20190101_010203", "motion")


@trap
def numbered_motion_photos(maker: Maker) -> None:
    for number in ("", "(1)"):
        still = maker.photo("PXL_20221228_185930354.MP.jpg")
        maker.follower(still, f"PXL_20221228_185930354{number}.MP", "motion")


@trap
def live_photos(maker: Maker) -> None:
    still = maker.photo("IMG_4573.HEIC")
    maker.follower(still, "IMG_4573.MP4", "motion")


@trap
def numbered_live_photos(maker: Maker) -> None:
    for number in ("", "(1)"):
        still = maker.photo("IMG_0769.HEIC")
        maker.follower(still, f"IMG_0769{number}.mp4", "motion")


@trap
def two_live_photos_of_one_name(maker: Maker) -> None:
    heic, jpg = maker.photo("IMG_2552.HEIC"), maker.photo("IMG_2552.JPG")
    maker.follower(heic, "IMG_2552.MP4", "motion")
    maker.follower(jpg, "IMG_2552(1).MP4", "motion")


@trap
def live_photos_whose_still_is_in_no_part(maker: Maker) -> None:
    described = f"{maker.folder}/IMG_5.HEIC.json"
    maker.pair(f"{maker.folder}/IMG_5.MP4", described, "IMG_5.HEIC", "motion")


@trap
def videos_with_a_json_of_their_own(maker: Maker) -> None:
    maker.photo("IMG_7.JPG")
    maker.photo("IMG_7.MOV")
