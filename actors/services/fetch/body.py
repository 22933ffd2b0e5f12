"""A response's body, never larger than allowed: on the wire, and after decompression, however it was packed."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import aiohttp

from actors.domain.errors import SourceError

ACCEPTED_ENCODINGS = "gzip, deflate"
CHUNK_BYTES = 65_536
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
RAW_DEFLATE = -zlib.MAX_WBITS
ZLIB_METHOD = 8


async def read_body(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """The decompressed body; the session must not decompress by itself.

    Raises:
        SourceError: it is larger than `max_bytes`, or packed in a way that cannot be read.
        aiohttp.ClientError: the connection broke.
    """
    if (response.content_length or 0) > max_bytes:
        raise too_large(max_bytes)
    body = bytearray()
    async for piece in _unpacked(response, max_bytes):
        body += piece
        if len(body) > max_bytes:
            raise too_large(max_bytes)
    return bytes(body)


async def read_start(response: aiohttp.ClientResponse, most: int = CHUNK_BYTES) -> bytes:
    """About the first `most` bytes of the decompressed body; whatever cannot be read is left out."""
    body = bytearray()
    try:
        async for piece in _unpacked(response, most):
            body += piece
            if len(body) >= most:
                break
    except SourceError:
        pass
    return bytes(body)


def too_large(max_bytes: int) -> SourceError:
    """The refusal of what is larger than `max_bytes`."""
    return SourceError(f"is larger than {max_bytes / 1_000_000:g} MB")


def _unpacked(response: aiohttp.ClientResponse, max_bytes: int) -> AsyncIterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    received = _limited(response.content.iter_chunked(CHUNK_BYTES), max_bytes)
    if encoding in ("", "identity"):
        return received
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _inflate(received)
    raise SourceError(f"came in an encoding that is not read ({encoding[:40]})")


async def _limited(chunks: AsyncIterator[bytes], max_bytes: int) -> AsyncIterator[bytes]:
    total = 0
    async for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise too_large(max_bytes)
        yield chunk


async def _inflate(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Piece by piece, giving way to other work after each, so that a bomb costs neither memory nor a long block."""
    decoder = None
    try:
        async for chunk in chunks:
            decoder = decoder or zlib.decompressobj(_window(chunk))
            packed = chunk
            while packed:
                if decoder.eof:
                    decoder = zlib.decompressobj(_window(packed))
                yield decoder.decompress(packed, CHUNK_BYTES)
                packed = decoder.unconsumed_tail or decoder.unused_data
                await asyncio.sleep(0)
    except zlib.error:
        raise SourceError("its compression is broken") from None
    if decoder and not decoder.eof:
        raise SourceError("its compression is broken off")


def _window(start: bytes) -> int:
    """Some servers send `deflate` without its zlib header, RFC 9110 8.4.1.2."""
    return GZIP_OR_ZLIB if start[0] & 0x0F == ZLIB_METHOD or start[:1] == b"\x1f" else RAW_DEFLATE
