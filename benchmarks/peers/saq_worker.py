"""SAQ: one worker, 100 jobs at once, results not kept."""
# mypy: ignore-errors
# The library lives in an environment of its own, where mypy does not look.

import asyncio

from course import arguments, in_batches
from saq import Queue, Worker

CONCURRENCY = 100


async def main() -> None:
    """Enqueue, then work."""
    url, course = arguments()

    async def step(_ctx: dict, *, job: int, number: int) -> None:
        if following := course.run(number):
            await queue.enqueue("step", job=job, number=following, ttl=-1)

    queue = Queue.from_url(url)
    await queue.connect()
    await in_batches(course.jobs, lambda job: queue.enqueue("step", job=job, number=1, ttl=-1))
    await Worker(queue, [("step", step)], concurrency=CONCURRENCY).start()


asyncio.run(main())
