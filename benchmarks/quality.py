"""What the service makes of real pages, each figure beside the one it has to beat.

    python benchmarks/quality.py FOLDER [--json] [--write docs/quality.md]

FOLDER holds `pages/` and `gold.jsonl`, one JSON object a line: `file` (a name in `pages/`), `url`, `text` (the main
text) and, where they are known, `title`, `author`, `date` (ISO), `language` (ISO 639-1, else English), `genre`, `dates`
(pairs of an ISO date and the text it is written as), `entities` (objects of `type`, `link` or null, and `mentions`) and
`summaries` (texts that may begin with their author in brackets). What a row does not tell is not measured on its page.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the folder and print the table, or JSON."""
    from benchmarks.quality_figures import measure, table
    from benchmarks.quality_gold import load

    parser = argparse.ArgumentParser(description="Measure the quality of what is read from a folder of real pages.")
    parser.add_argument("folder", type=Path, help="a folder with pages/ and gold.jsonl")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table to this Markdown file")
    chosen = parser.parse_args(arguments)
    try:
        pages = load(chosen.folder)
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}; FOLDER needs gold.jsonl and the pages that it names")
    figures = measure(pages)
    if chosen.write:
        chosen.write.write_text(f"# Quality\n\n{table(figures)}\n", encoding="utf-8")
    print(json.dumps([asdict(figure) for figure in figures], indent=2) if chosen.json else table(figures))


if __name__ == "__main__":
    main()
