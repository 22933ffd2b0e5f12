"""Reports by gpt-researcher, several at once in one process: prints a JSON line with what they took.

python gpt_researcher_reports.py AT_ONCE QUESTION…    its settings come from the environment
"""

import asyncio
import json
import resource
import sys
import time

TICK_SECONDS = 0.001


class Tokens:
    """Stands for tiktoken's encodings, whose tables would be downloaded: four characters a token, at no cost."""

    def encode(self, text: str, **_options: object) -> list[int]:
        """As many numbers as there are tokens."""
        return [0] * (len(text) // 4)

    encode_ordinary = encode


def without_downloads() -> None:
    """Let tiktoken count by length."""
    import tiktoken  # type: ignore[import-not-found]  # idem

    tiktoken.encoding_for_model = tiktoken.get_encoding = lambda *_names: Tokens()


async def report(query: str) -> dict[str, float]:
    """One report, and how long it took."""
    from gpt_researcher import GPTResearcher  # type: ignore[import-not-found]  # installed beside, not here

    began = time.perf_counter()
    researcher = GPTResearcher(query=query, report_type="research_report", verbose=False)
    await researcher.conduct_research()
    text = await researcher.write_report()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "sources": len(researcher.visited_urls), "characters": len(text)}


async def main(queries: list[str]) -> None:
    """All of them at once, with a ticker on the same loop."""
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK_SECONDS)
            longest = max(longest, time.perf_counter() - before - TICK_SECONDS)

    without_downloads()
    import gpt_researcher  # noqa: F401  # its import is no part of the work

    ticking = asyncio.create_task(tick())
    began = time.perf_counter()
    reports = await asyncio.gather(*map(report, queries))
    seconds = time.perf_counter() - began
    ticking.cancel()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "seconds": seconds,
        "reports": reports,
        "longest_block_ms": longest * 1_000,
        "memory_mb": usage.ru_maxrss / 1_024,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    at_once, questions = int(sys.argv[1]), sys.argv[2:]
    asyncio.run(main([questions[number % len(questions)] for number in range(at_once)]))
