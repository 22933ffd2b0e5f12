"""What the service makes of real pages, each figure beside the one it has to beat.

    python benchmarks/quality.py FOLDER [--json] [--write FILE] [--base-url URL --model NAME [--pages N]]

FOLDER holds `pages/` and `gold.jsonl`, one JSON object a line: `file` (a name in `pages/`), `url`, `text` (the main
text) and, where they are known, `title`, `author`, `date` (ISO), `language` (ISO 639-1, else English), `genre`, `dates`
(pairs of an ISO date and the text it is written as), `entities` (objects of `type`, `link` or null, and `mentions`) and
`summaries` (texts that may begin with their author in brackets). What a row does not tell is not measured on its page.
With a model behind an OpenAI-compatible address, its summaries are measured beside those made by rules; its key is
OPENAI_API_KEY in the environment.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

MODEL_PAGES, MODEL_CALLS, MODEL_SECONDS = 20, 4, 300.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the folder and print the table, or JSON."""
    from actors.config import LlmConfig
    from benchmarks.quality_checks import verifier
    from benchmarks.quality_figures import measure, table
    from benchmarks.quality_gold import load
    from benchmarks.quality_model import by_model

    parser = argparse.ArgumentParser(description="Measure the quality of what is read from a folder of real pages.")
    parser.add_argument("folder", type=Path, help="a folder with pages/ and gold.jsonl")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table to this Markdown file")
    parser.add_argument("--base-url", default="", metavar="URL", help="an OpenAI-compatible server, up to /v1")
    parser.add_argument("--model", default="", metavar="NAME", help="its model, whose summaries are measured too")
    parser.add_argument("--pages", type=int, default=MODEL_PAGES, metavar="N", help="how many pages the model reads")
    parser.add_argument("--context", type=int, default=8_192, metavar="TOKENS", help="what fits into a call of it")
    chosen = parser.parse_args(arguments)
    if bool(chosen.base_url) != bool(chosen.model):
        parser.error("--base-url and --model belong together")
    try:
        pages = load(chosen.folder)
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}; FOLDER needs gold.jsonl and the pages that it names")
    figures = [*measure(pages), *verifier(pages)]
    if chosen.model:
        llm = LlmConfig(
            base_url=chosen.base_url,
            model=chosen.model,
            api_key=os.environ.get("OPENAI_API_KEY", ""),
            context_tokens=chosen.context,
            timeout_seconds=MODEL_SECONDS,
            concurrency=MODEL_CALLS,
        )
        figures += by_model(pages, llm, most=chosen.pages)
    if chosen.write:
        chosen.write.write_text(f"# Quality\n\n{table(figures)}\n", encoding="utf-8")
    print(json.dumps([asdict(figure) for figure in figures], indent=2) if chosen.json else table(figures))


if __name__ == "__main__":
    main()
