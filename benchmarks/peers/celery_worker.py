"""Celery: one process of eight threads, results ignored, prefetch of 128 a thread (its guide: 64 or 128), no gossip."""
# mypy: ignore-errors
# The library lives in an environment of its own, where mypy does not look.

from celery import Celery
from course import arguments

THREADS = 8
PREFETCH = 128

url, course = arguments()
app = Celery("bench", broker=url)
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=PREFETCH,
    worker_redirect_stdouts=False,
)


@app.task(name="step")
def step(job: int, number: int) -> None:
    """One step."""
    if following := course.run(number):
        step.delay(job, following)


for job in range(course.jobs):
    step.delay(job, 1)
app.worker_main(
    [
        "--quiet",
        "worker",
        "-P",
        "threads",
        "-c",
        str(THREADS),
        "-l",
        "ERROR",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]
)
