"""arq: one worker, 100 jobs at once, results not kept, the queue polled every 10 ms."""
# mypy: ignore-errors
# The library lives in an environment of its own, where mypy does not look.

import asyncio

from arq import create_pool
from arq.connections import RedisSettings
from arq.worker import Worker, func
from course import arguments, in_batches

CONCURRENCY = 100
POLL_SECONDS = 0.01


async def main() -> None:
    """Enqueue, then work."""
    url, course = arguments()

    async def step(ctx: dict, job: int, number: int) -> None:
        if following := course.run(number):
            await ctx["redis"].enqueue_job("step", job, following)

    settings = RedisSettings.from_dsn(url)
    pool = await create_pool(settings)
    await in_batches(course.jobs, lambda job: pool.enqueue_job("step", job, 1))
    worker = Worker(
        [func(step, name="step", keep_result=0)],
        redis_settings=settings,
        max_jobs=CONCURRENCY,
        poll_delay=POLL_SECONDS,
        handle_signals=False,
    )
    await worker.async_run()


asyncio.run(main())
