import os
from pathlib import Path

import pytest

from actors.domain.errors import PermanentError, SourceError
from actors.services.fetch.corpus import CorpusFetcher, corpus_files, corpus_stamp


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "corpus"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / ".git").mkdir()
    for name in ("b.html", "a b%.md", "sub/deep/ç.TXT", ".hidden.txt", ".git/x.txt", "picture.png", "sub/p.pdf"):
        (root / name).write_bytes(name.encode())
    (tmp_path / "secret.txt").write_text("secret")
    return root


def test_all_documents_are_listed_in_order_without_hidden_and_unknown_ones(folder: Path) -> None:
    assert corpus_files(folder) == [
        "corpus:a%20b%25.md",
        "corpus:b.html",
        "corpus:sub/deep/%C3%A7.TXT",
        "corpus:sub/p.pdf",
    ]


async def test_every_listed_document_can_be_read(folder: Path) -> None:
    fetcher = CorpusFetcher(folder)
    pages = [await fetcher.fetch(url) for url in corpus_files(folder)]
    assert [page.body.decode() for page in pages] == ["a b%.md", "b.html", "sub/deep/ç.TXT", "sub/p.pdf"]
    assert [page.content_type for page in pages] == ["text/markdown", "text/html", "text/plain", "application/pdf"]


@pytest.mark.parametrize(
    "url",
    [
        "corpus:../secret.txt",
        "corpus:%2e%2e/secret.txt",
        "corpus:sub/..%2f../secret.txt",
        "corpus:/etc/hostname.txt",
        "corpus://secret.txt/../x.txt",
        "corpus:%00.txt",
        "corpus:",
        "corpus:link.txt",
        "corpus:linked/secret.txt",
        "corpus:loop.txt",
    ],
)
async def test_nothing_outside_of_the_folder_can_be_reached(folder: Path, url: str) -> None:
    (folder / "link.txt").symlink_to("../secret.txt")
    (folder / "linked").symlink_to("..")
    (folder / "loop.txt").symlink_to("loop.txt")
    with pytest.raises(SourceError):
        await CorpusFetcher(folder).fetch(url)


async def test_a_link_out_of_the_folder_is_listed_and_refused(folder: Path) -> None:
    (folder / "link.txt").symlink_to("../secret.txt")
    assert "corpus:link.txt" in corpus_files(folder)
    with pytest.raises(SourceError, match="leads out of the corpus folder"):
        await CorpusFetcher(folder).fetch("corpus:link.txt")


async def test_a_link_within_the_folder_is_read(folder: Path) -> None:
    (folder / "link.html").symlink_to("b.html")
    assert (await CorpusFetcher(folder).fetch("corpus:link.html")).body == b"b.html"


async def test_a_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(SourceError, match="is not a file"):
        await CorpusFetcher(folder).fetch("corpus:pipe.txt")


async def test_a_file_that_is_gone_or_of_another_kind_gives_its_reason(folder: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened: No such file"):
        await CorpusFetcher(folder).fetch("corpus:gone.txt")
    with pytest.raises(SourceError, match=r"files of the kind \.png"):
        await CorpusFetcher(folder).fetch("corpus:picture.png")


async def test_a_file_over_the_limit_is_refused(folder: Path) -> None:
    (folder / "large.txt").write_bytes(b"x" * 2_000_001)
    with pytest.raises(SourceError, match="is larger than 2 MB"):
        await CorpusFetcher(folder, max_bytes=2_000_000).fetch("corpus:large.txt")


async def test_a_name_that_is_no_unicode_is_read_too(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"text")
    assert "corpus:caf%E9.txt" in corpus_files(folder)
    assert (await CorpusFetcher(folder).fetch("corpus:caf%E9.txt")).body == b"text"


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="cannot be read: No such file"):
        corpus_files(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(PermanentError, match="cannot be read: Not a directory"):
        corpus_files(tmp_path / "file")


def test_a_stamp_changes_with_the_file(folder: Path) -> None:
    before = corpus_stamp(folder, "corpus:b.html")
    (folder / "b.html").write_text("something else")
    assert before
    assert corpus_stamp(folder, "corpus:b.html") != before
    assert corpus_stamp(folder, "corpus:gone.html") == ""
