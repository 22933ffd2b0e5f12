"""Which kinds of content are read at all, told by the first bytes or the type that a server names."""

SNIFFED_BYTES = 4_096
CONTROL_SHARE = 0.02
MAGIC = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a recording",
    b"PK\x03\x04": "an archive or an office document",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "an archive",
    b"Rar!": "an archive",
    b"BZh": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"\x28\xb5\x2f\xfd": "a compressed file",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"ID3": "a recording",
    b"OggS": "a recording",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a rich text document",
}
TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
OTHER_MEDIA = ("image/", "audio/", "video/", "font/")
PICTURE_OF_TEXT = "image/svg+xml"


def unread_type(content_type: str) -> str | None:
    """The reason why nothing that is truly of this type can be read; None when there is none."""
    if content_type.startswith(OTHER_MEDIA) and content_type != PICTURE_OF_TEXT:
        return f"is of the type {content_type[:60]}, which is not read"
    return None


def unread_content(body: bytes, content_type: str) -> str | None:
    """The reason why these bytes, which are no PDF, cannot be read as text; None when they can."""
    for magic, kind in MAGIC.items():
        if body.startswith(magic):
            return f"is {kind}, not a text"
    if content_type == "application/pdf":
        return "is a broken PDF"
    sample = body[:SNIFFED_BYTES]
    if not sample.startswith(TEXT_BOMS):
        controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x0b\x1b" for byte in sample)  # noqa: PLR2004 (ASCII)
        if controls > CONTROL_SHARE * len(sample) or b"\0\0" in sample:
            return "is a binary file, not a text"
    return unread_type(content_type)
