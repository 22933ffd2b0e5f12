"""The stages of a job, one file each: no retry, no ack and no Redis in any of them."""
