"""FastStream: six stream subscribers in a consumer group, 100 records a read, 100 handlers at once in each."""
# mypy: ignore-errors
# The library lives in an environment of its own, where mypy does not look.

import asyncio

from course import STEPS, arguments, in_batches
from faststream.redis import RedisBroker, StreamSub

CONCURRENCY = 100


async def main() -> None:
    """Enqueue, then work."""
    url, course = arguments()
    broker = RedisBroker(url, logger=None)

    def subscribe(number: int) -> None:
        stream = StreamSub(f"s{number}", group="bench", consumer="c", last_id=">", max_records=CONCURRENCY)

        @broker.subscriber(stream=stream, max_workers=CONCURRENCY)
        async def step(job: int) -> None:
            if following := course.run(number):
                await broker.publish(job, stream=f"s{following}")

    await broker.connect()
    for number in range(1, STEPS + 1):
        subscribe(number)
        await broker._connection.xgroup_create(f"s{number}", "bench", id="0", mkstream=True)  # noqa: SLF001
    await in_batches(course.jobs, lambda job: broker.publish(job, stream="s1"))
    await broker.start()
    await asyncio.Event().wait()


asyncio.run(main())
