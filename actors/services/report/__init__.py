"""The report as files: pure functions from a report to bytes."""
