"""dramatiq: one process of eight threads (its default), prefetch as it chooses, no results."""
# mypy: ignore-errors
# The library lives in an environment of its own, where mypy does not look.

import threading

import dramatiq
from course import arguments
from dramatiq.brokers.redis import RedisBroker

THREADS = 8

url, course = arguments()
broker = RedisBroker(url=url)
dramatiq.set_broker(broker)


@dramatiq.actor
def step(job: int, number: int) -> None:
    """One step."""
    if following := course.run(number):
        step.send(job, following)


for job in range(course.jobs):
    step.send(job, 1)
dramatiq.Worker(broker, worker_threads=THREADS).start()
threading.Event().wait()
