"""Every error that the engine raises on purpose, in one tree: catch as wide or as narrow as you need.

    ResearchError
    ├── TransientError          try again later; may carry `retry_after_seconds`
    │   ├── OverloadedError     too many jobs wait already
    │   ├── UnknownOutcomeError     the call may have been carried out, and paid
    │   └── StoreUnavailableError   the store does not answer; nothing was lost
    ├── PermanentError          trying again cannot help; the message tells a user what to do
    │   ├── ConfigError         a wrong key or value in config.toml, the environment or .env
    │   ├── RequestError        a field of the request that this service cannot do
    │   └── JobDamagedError     what the store keeps of a job was changed by hand into what is none
    ├── BudgetError             the job's budget does not allow this call: do without it
    ├── ModelError              the model gave no answer that can be used: the part is made by rules
    ├── SourceError             one source cannot be used; it is listed with this reason, the job goes on
    ├── ProcessDiedError        a pool process ended under its work (killed, out of memory, a crash in C)
    ├── LeaseLostError          the delivery belongs to another worker now: write nothing
    ├── JobNotFoundError        no such job
    ├── ReportNotFoundError     the job has no report (yet), or it is past its retention
    ├── EngineFailedError       a loop of the engine failed too often: this process does no more work
    └── JobActiveError          only a terminal job can be deleted

Whatever else escapes from a stage is a bug: retried up to `engine.max_attempts`, then buried with its traceback.
"""

from actors.domain.job import StopReason


class ResearchError(Exception):
    """The research service could not do what was asked."""


class TransientError(ResearchError):
    """A failure that may pass by itself.

    `retry_after_seconds` is the least time to wait, when the other side named one (Retry-After).
    """

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class OverloadedError(TransientError):
    """Too many jobs are waiting."""


class UnknownOutcomeError(TransientError):
    """A call went out and no answer came of it that can be used: it may have been carried out, and paid."""


class StoreUnavailableError(TransientError):
    """The store does not answer, or takes no writes, for now."""


class PermanentError(ResearchError):
    """A failure that trying again cannot cure."""


class ConfigError(PermanentError):
    """The configuration cannot be used."""


class RequestError(PermanentError):
    """A field of the request cannot be honoured here; the message says what can be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class JobDamagedError(PermanentError):
    """What the store keeps of the job cannot be worked with."""


class BudgetError(ResearchError):
    """What is left of the job's budget may not be enough for this call."""

    def __init__(self, message: str, *, reason: StopReason = StopReason.BUDGET) -> None:
        super().__init__(message)
        self.reason = reason


class ModelError(ResearchError):
    """The model is of no use for this question."""


class SourceError(ResearchError):
    """This source cannot be used."""


class ProcessDiedError(ResearchError):
    """The process that did this work died."""


class LeaseLostError(ResearchError):
    """The delivery was taken over by another worker."""


class JobNotFoundError(ResearchError):
    """No such job."""


class ReportNotFoundError(ResearchError):
    """No such report."""


class EngineFailedError(ResearchError):
    """The engine has given up."""


class JobActiveError(ResearchError):
    """The job is still at work."""
