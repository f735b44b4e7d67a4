"""What a file really is, whatever its name says: an image, a PDF or a text, made harmless.

Images are decoded and encoded again, so that only pixels are left of them: no place where a picture
was taken, no script behind its end. A text gets a name that no program runs.
"""

import re
import unicodedata
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

from PIL import Image, ImageOps

from kit.errors import Invalid, Refusal, TooLarge
from kit.words import UNNAMED_FILE

LIMIT = 10 * 1024 * 1024  # bytes of one file
PIXELS = 40_000_000  # of one image: what a large camera makes
NAME_LENGTH = 120
JPEG_QUALITY = 88

# The endings that each type may keep; the first is given to a name that has another one.
ENDINGS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".csv", ".log"),
}
IMAGES = ("image/png", "image/jpeg")
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}
_KEPT_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")
# Controls other than tab, line feed, form feed and carriage return: not a text.
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Inspected:
    """A file as it is kept. `name` is safe to show and to save under."""

    name: str
    media_type: str
    content: bytes


def inspect(name: str, content: bytes) -> Inspected:
    """The file, made harmless. Slow for a large image: not for the event loop.

    Raises TooLarge, or Invalid with the code `file_empty`, `file_type` or `file_damaged`.
    """
    if len(content) > LIMIT:
        raise too_large()
    if not content:
        raise Invalid("The file is empty.", code="file_empty")
    media_type = _sniff(content)
    if media_type in IMAGES:
        content = _encode_again(content, media_type)
    return Inspected(_safe_name(name, media_type), media_type, content)


def too_large() -> TooLarge:
    return TooLarge(f"A file has at most {LIMIT} bytes.", code="file_too_large")


def _sniff(content: bytes) -> str:
    for signature, media_type in _SIGNATURES.items():
        if content.startswith(signature):
            return media_type
    if _is_text(content):
        return "text/plain"
    raise Invalid("Only PNG, JPEG, PDF and text files are taken.", code="file_type")


def _is_text(content: bytes) -> bool:
    """UTF-8, or what a French Windows writes."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            return False
    return not _NOT_TEXT.search(text)


def _encode_again(content: bytes, media_type: str) -> bytes:
    kind = media_type.removeprefix("image/").upper()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=(kind,)) as image:
                if image.width * image.height > PIXELS:
                    raise TooLarge(f"An image has at most {PIXELS} pixels.", code="file_too_large")
                return _encoded(image, kind)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise TooLarge(f"An image has at most {PIXELS} pixels.", code="file_too_large") from None
    except Refusal:
        raise
    except Exception:  # decoders raise all kinds of errors on what is broken
        raise Invalid("This image cannot be read.", code="file_damaged") from None


def _encoded(image: Image.Image, kind: str) -> bytes:
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16 bits a pixel, from scanners: brought down to 8
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    if upright.mode not in _KEPT_MODES or (kind == "JPEG" and upright.mode not in ("L", "RGB")):
        upright = upright.convert("RGB")
    upright.info = {key: value for key, value in upright.info.items() if key == "transparency"}
    result = BytesIO()
    upright.save(result, kind, **({"quality": JPEG_QUALITY} if kind == "JPEG" else {}))
    return result.getvalue()


def _safe_name(name: str, media_type: str) -> str:
    """Without folders, controls and signs that turn the direction of writing.

    >>> _safe_name("../../etc/passwd", "text/plain")
    'passwd.txt'
    >>> _safe_name("capture.PNG", "image/png")
    'capture.PNG'
    >>> _safe_name("facture.html", "text/plain")
    'facture.html.txt'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in last)
    shown = re.sub(r'[<>:"|?*]', "", " ".join(shown.split())).strip(". ")
    endings = ENDINGS[media_type]
    if not shown.lower().endswith(endings):
        shown = (shown or UNNAMED_FILE) + endings[0]
    stem, ending = PurePath(shown).stem, PurePath(shown).suffix
    return stem[: NAME_LENGTH - len(ending)] + ending
