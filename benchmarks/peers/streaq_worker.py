"""streaq: one worker, 100 tasks at once, results not kept."""
# mypy: ignore-errors
# The library lives in an environment of its own, where mypy does not look.

import asyncio

from course import arguments
from streaq import Worker

CONCURRENCY = 100

url, course = arguments()
worker = Worker(redis_url=url, concurrency=CONCURRENCY, handle_signals=False)


@worker.task(ttl=0)
async def step(job: int, number: int) -> None:
    """One step."""
    if following := course.run(number):
        await step.enqueue(job, following)


async def main() -> None:
    """Enqueue, then work."""
    async with worker:
        await worker.enqueue_many([step.enqueue(job, 1) for job in range(course.jobs)])
    await worker.run_async()


asyncio.run(main())
