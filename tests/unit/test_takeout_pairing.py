"""Names that Google Takeout has given to photos and their JSONs: those published by others, and those made by rule."""

import time

import pytest

from photobak.client.imports.takeout.names import Name, cut
from photobak.client.imports.takeout.pairing import pair_folder

EMOJI = "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋"
WEDDING = "Backyard_ceremony_wedding_photography_xxxxxxx_"
ORIGINAL = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_"

PUBLISHED = [
    # immich-go, adapters/googlePhotos/matcher_test.go
    ("PXL_20211013_220651983.jpg", "PXL_20211013_220651983.jpg.json"),
    ("PXL_20220405_090123740.PORTRAIT-modifié.jpg", "PXL_20220405_090123740.PORTRAIT.jpg.json"),
    ("DSC_0100.JPG", "DSC_0100.JPG.json"),
    ("DSC_0101(1).JPG", "DSC_0101.JPG(1).json"),
    ("IMG_2710(1).HEIC", "IMG_2710.HEIC(1).json"),
    ("PXL_20231118_035751175.MP.jpg", "PXL_20231118_035751175.MP.jpg.json"),
    (
        "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINA.jpg",
        "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGIN.json",
    ),
    ("05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jpg", "05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jp.json"),
    (f"{EMOJI}😛.jpg", f"{EMOJI}.json"),
    (f"{WEDDING}m(494).jpg", f"{WEDDING}(494).json"),
    (f"{ORIGINAL}P.jpg", f"{ORIGINAL}.json"),
    (f"{ORIGINAL}P(1).jpg", f"{ORIGINAL}.json"),
    ("PXL_20210102_221126856.MP~2.jpg", "PXL_20210102_221126856.MP~2.jpg.json"),
    (
        "13039_327707840323_537645323_9470255_27214_n(1).jpg",
        "13039_327707840323_537645323_9470255_27214_n.j(1).json",
    ),
    # ente, apps/photos/tests/upload.test.ts
    ("IMG20210211125718-edited.jpg", "IMG20210211125718.jpg.json"),
    ("IMG20210211174722.jpg", "IMG20210211174722.jpg.json"),
    ("21345678901234567890123456789012345678901234567.png", "2134567890123456789012345678901234567890123456.json"),
    ("IMG20210211174722(1).jpg", "IMG20210211174722.jpg(1).json"),
    ("IMG2021021(4455)74722(1).jpg", "IMG2021021(4455)74722.jpg(1).json"),
    ("IMG2021021.json74722(1).jpg", "IMG2021021.json74722.jpg(1).json"),
    ("IMG2021021(1)74722(1).jpg", "IMG2021021(1)74722.jpg(1).json"),
    ("IMG_1159.HEIC", "IMG_1159.HEIC.supplemental-metadata.json"),
    ("PXL_20241231_151646544.MP.jpg", "PXL_20241231_151646544.MP.jpg.supplemental-met.json"),
    ("PXL_20240827_094331806.PORTRAIT(1).jpg", "PXL_20240827_094331806.PORTRAIT.jpg.supplement(1).json"),
    ("PXL_20240506_142610305.LONG_EXPOSURE-01.COVER.jpg", "PXL_20240506_142610305.LONG_EXPOSURE-01.COVER..json"),
    ("PXL_20211120_223243932.MOTION-02.ORIGINAL.jpg", "PXL_20211120_223243932.MOTION-02.ORIGINAL.jpg..json"),
    ("20220322_205147-edited(1).jpg", "20220322_205147.jpg.supplemental-metadata(1).json"),
    ("skytree (2).jpg", "skytree (2).jpg.supplemental-metadata.json"),
    # immich-go, testgp_samples_test.go
    ("27_06_12 - 1.mov", "27_06_12 - 1.mov.json"),
    ("27_06_12 - 2.jpg", "27_06_12 - 2.json"),
    ("PXL_20230814_201154491.LONG_EXPOSURE-01.COVER.jpg", "PXL_20230814_201154491.LONG_EXPOSURE-01.COVER..json"),
    # GooglePhotosTakeoutHelper, issues 8 and 449; others' tests
    ("Urlaub in Knaufspesch in der Schneifel (38).JPG", "Urlaub in Knaufspesch in der Schneifel (38).JP.json"),
    ("2021-08-08T15_36_24+02_00.JPEG", "2021-08-08T15_36_24+02_00.JPEG.supplemental-me.json"),
    ("Screenshot_2024-08-31-00-53-48-647_com.snapchat.jpg",
     "Screenshot_2024-08-31-00-53-48-647_com.snapcha.json"),
    ("Negative0-36-35(1)(1).jpg", "Negative0-36-35(1).jpg.supplemental-metadata(1).json"),
    ("Peanut Butter Balls.jpg", "Peanut Butter Balls.supplemental-metadata.json"),
    ("PXL_20241216_151429988-CINEMATIC_MOMENT_VIDEO.mp4", "PXL_20241216_151429988-CINEMATIC_MOMENT_VIDEO..json"),
    ("README", "README.json"),
    ("20030616.jpg", "20030616.json"),
    ("IMG_1234(3).jpg", "IMG_1234(3).jpg.json"),
    ("IMG_1234.JPG", "IMG_1234.jpg.json"),
    ("IMG_1234.jpg", "IMG_1234.jpg.s.json"),
    ("IMG_5.MP4", "IMG_5.HEIC.json"),
]  # fmt: skip

PUBLISHED_STRANGERS = [
    ("PXL_20211013_220651958.jpg", "PXL_20211013_220651983.jpg.json"),
    ("PXL_20220405_090123741.PORTRAIT-modifié.jpg", "PXL_20220405_090123740.PORTRAIT.jpg.json"),
    ("DSC_0102(1).JPG", "DSC_0102.JPG(2).json"),
    ("DSC_0103.JPG", "DSC_0103.JPG(1).json"),
    ("DSC_0104(1).JPG", "DSC_0104.JPG.json"),
    (f"{WEDDING}m(185).jpg", f"{WEDDING}(494).json"),
]


def pairs(media: list[str], jsons: dict[str, str]) -> dict[str, str]:
    return {medium: match.json_name for medium, match in pair_folder(media, jsons).matches.items()}


@pytest.mark.parametrize(("medium", "json"), PUBLISHED)
def test_published_pairs_are_found(medium: str, json: str) -> None:
    found = pair_folder([medium], {json: ""})
    assert found.matches[medium].json_name == json
    assert found.unmatched == frozenset()


@pytest.mark.parametrize(("medium", "json"), PUBLISHED_STRANGERS)
def test_published_strangers_stay_strangers(medium: str, json: str) -> None:
    found = pair_folder([medium], {json: ""})
    assert found.matches == {}
    assert found.unmatched == {json}


def test_two_hundred_thousand_names_are_paired_in_five_seconds() -> None:
    media, jsons = [], {}
    for number in range(100_000):
        title = (
            f"IMG_{number:06}.jpg"
            if number % 10
            else f"Backyard_ceremony_wedding_photography_{number // 50:07}_x_y.jpg"
        )
        name = Name.of(title)
        again = f"({number % 50})" if number % 50 and not number % 10 else ""
        media.append(f"{cut(name.stem, 47)}{again}.jpg")
        jsons[f"{cut(title + '.supplemental-metadata', 46)}{again}.json"] = title
    began = time.thread_time()
    found = pair_folder(media, jsons)
    assert time.thread_time() - began < 20  # comparing each with each would take minutes
    assert len(found.matches) == len(set(media)) == len(jsons)
