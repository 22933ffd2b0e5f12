"""taskiq: taskiq-redis' stream broker (the one that acknowledges), 100 tasks at once, results not kept."""
# mypy: ignore-errors
# The library lives in an environment of its own, where mypy does not look.

import asyncio

from course import arguments, in_batches
from taskiq.api import run_receiver_task
from taskiq_redis import RedisStreamBroker

CONCURRENCY = 100


async def main() -> None:
    """Enqueue, then work."""
    url, course = arguments()
    broker = RedisStreamBroker(url=url, consumer_id="0", xread_count=CONCURRENCY)

    @broker.task(task_name="step")
    async def step(job: int, number: int) -> None:
        if following := course.run(number):
            await step.kiq(job, following)

    await broker.startup()
    await in_batches(course.jobs, lambda job: step.kiq(job, 1))
    await run_receiver_task(broker, max_async_tasks=CONCURRENCY, max_prefetch=CONCURRENCY, validate_params=False)


asyncio.run(main())
