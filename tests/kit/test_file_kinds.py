"""What a file really is: images are encoded again, names are made safe, the rest is refused."""

import struct
from io import BytesIO
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kit.errors import Invalid, Refusal, TooLarge
from kit.file_kinds import ENDINGS, LIMIT, NAME_LENGTH, inspect

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
SCRIPT = b"<script>alert(1)</script>"


def image(kind: str = "PNG", size: tuple[int, int] = (20, 10), mode: str = "RGB") -> bytes:
    made = BytesIO()
    Image.new(mode, size, 1).save(made, kind)
    return made.getvalue()


def photo_on_its_side() -> bytes:
    """With the place where it was taken, and the note that it is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn it to the right
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)  # latitude
    made = BytesIO()
    Image.new("RGB", (20, 10)).save(made, "JPEG", exif=exif, comment=b"secret")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (image("PNG"), "image/png"),
        (image("PNG", mode="P"), "image/png"),
        (image("PNG", mode="I;16"), "image/png"),
        (image("JPEG"), "image/jpeg"),
        (image("JPEG", mode="CMYK"), "image/jpeg"),
        (PDF, "application/pdf"),
        ("Réf. 2024-18 ; « reçue »".encode(), "text/plain"),
        ("déjà reçue".encode("cp1252"), "text/plain"),
        (SCRIPT, "text/plain"),
    ],
)
def test_the_content_says_what_it_is(content: bytes, media_type: str) -> None:
    found = inspect("fichier.exe", content)
    assert found.media_type == media_type
    assert found.name == "fichier.exe" + ENDINGS[media_type][0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x00\x01\x02", "file_type"),
        (b"PK\x03\x04\x00\x00", "file_type"),
        (b"GIF89a\x01\x00\x01\x00\x00", "file_type"),
        (image("PNG")[:40], "file_damaged"),
        (b"\x89PNG\r\n\x1a\n" + SCRIPT, "file_damaged"),
        (b"\xff\xd8\xff" + SCRIPT, "file_damaged"),
        (image("JPEG")[:-60], "file_damaged"),
    ],
)
def test_what_is_something_else_is_refused_and_the_reason_named(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        inspect("image.png", content)
    assert refused.value.code == code


def test_what_is_too_large_is_refused() -> None:
    assert inspect("a.txt", b"a" * LIMIT).media_type == "text/plain"
    with pytest.raises(TooLarge):
        inspect("a.txt", b"a" * (LIMIT + 1))


def test_a_small_file_that_unfolds_into_a_huge_image_is_refused() -> None:
    bomb = image("PNG", size=(30_000, 30_000), mode="1")
    assert len(bomb) < LIMIT
    with pytest.raises(TooLarge):
        inspect("bombe.png", bomb)


def test_nothing_hides_behind_an_image_nor_in_it() -> None:
    for content in (image("PNG") + SCRIPT, image("JPEG") + SCRIPT):
        assert SCRIPT not in inspect("a", content).content
    kept = inspect("photo.jpg", photo_on_its_side()).content
    assert b"secret" not in kept
    with Image.open(BytesIO(kept)) as opened:
        assert opened.size == (10, 20)  # turned for good, since nothing says it any more
        assert not dict(opened.getexif())


def test_a_scan_of_16_bits_keeps_its_shades() -> None:
    made = BytesIO()
    scan = Image.new("I;16", (4, 1))
    for x, shade in enumerate((0, 20_000, 40_000, 65_000)):
        scan.putpixel((x, 0), shade)
    scan.save(made, "PNG")
    with Image.open(BytesIO(inspect("scan.png", made.getvalue()).content)) as kept:
        assert [kept.getpixel((x, 0)) for x in range(4)] == [0, 78, 156, 253]


def test_an_image_whose_notes_are_broken_is_refused_and_nothing_else() -> None:
    png = image("PNG")
    chunk = b"eXIf" + b"II*\x00"
    broken = png[:33] + struct.pack(">I", 4) + chunk + struct.pack(">I", crc32(chunk)) + png[33:]
    with pytest.raises(Invalid) as refused:
        inspect("photo.png", broken)
    assert refused.value.code == "file_damaged"


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\moi\\avis.TXT", "avis.TXT"),
        ("\u202etxt.exe", "txt.exe.txt"),
        ("a\x00b\r\nc.txt", "a b c.txt"),
        ("<img src=x>.txt", "img src=x.txt"),
        ("", "fichier.txt"),
        ("...", "fichier.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
    ],
)
def test_names_are_made_safe(given_name: str, shown: str) -> None:
    assert inspect(given_name, b"texte").name == shown


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_can_be_saved(name: str) -> None:
    shown = inspect(name, b"texte").name
    assert shown.endswith(ENDINGS["text/plain"]) or shown.lower().endswith(ENDINGS["text/plain"])
    assert 4 < len(shown) <= NAME_LENGTH + 4
    assert not set(shown) & set('/\\<>:"|?*\r\n\x00')


@given(st.binary(max_size=300))
def test_any_content_is_taken_or_refused(content: bytes) -> None:
    try:
        assert inspect("x", content).media_type in ENDINGS
    except Refusal as refused:
        assert refused.code
