"""Server-sent events are read as the standard has them, wherever the chunks that bring them are cut."""

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.client import EventParser, Frame


@pytest.mark.parametrize(
    ("stream", "frames"),
    [
        (b"data: one\ndata:two\ndata:  three\n\n", [Frame("message", "one\ntwo\n three", "")]),
        (b": a comment\n\nevent: none\n\ndata: x\n\n", [Frame("message", "x", "")]),
        (b"id: 7\nevent: a\ndata: x\r\n\r\ndata: y\r\r", [Frame("a", "x", "7"), Frame("message", "y", "7")]),
        (b"event: a\r\ndata: x\r\ndata: y\r\n\r\n", [Frame("a", "x\ny", "")]),
        (b"id: 7\ndata: x\n\nid\ndata: y\n\n", [Frame("message", "x", "7"), Frame("message", "y", "")]),
        (b"id: 1\0\ndata\n\n", [Frame("message", "", "")]),
        (b"\xef\xbb\xbfdata: \xef\xbb\xbf\xff\n\n", [Frame("message", "\ufeff\ufffd", "")]),
        (b"data: a\xe2\x80\xa8b\x0b\x1c\n\n", [Frame("message", "a\u2028b\x0b\x1c", "")]),
        (b"unknown: x\ndata: a: b\n\n", [Frame("message", "a: b", "")]),
        (b"data: the end never came\n", []),
    ],
)
def test_streams_are_read_as_the_standard_says(stream, frames):
    assert list(EventParser().feed(stream)) == frames
    parser = EventParser()
    assert [frame for byte in stream for frame in parser.feed(bytes([byte]))] == frames


def test_only_a_number_sets_the_time_to_come_back():
    parser = EventParser()
    assert list(parser.feed(b"retry: 1500\n\nretry: soon\nretry: -1\nretry: \xc2\xb2\n")) == []
    assert parser.retry_seconds == 1.5


text = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=8)
frame = st.tuples(text, st.lists(text, min_size=1, max_size=3), text)


@given(st.lists(frame, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(1, 9), min_size=1))
def test_however_a_stream_is_cut_its_events_are_the_same(frames, end, sizes):
    lines = [
        line
        for name, data, last_id in frames
        for line in (f"event: {name}", *(f"data: {part}" for part in data), ": ping", f"id: {last_id}", "")
    ]
    stream = "".join(line + end for line in lines).encode()
    wire, parser, found = io.BytesIO(stream), EventParser(), []
    for size in itertools.cycle(sizes):
        if not (piece := wire.read(size)):
            break
        found += parser.feed(piece)
    assert found == [Frame(name or "message", "\n".join(data), last_id) for name, data, last_id in frames]
