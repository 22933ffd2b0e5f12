"""Reading without a model: pure functions over texts, meant for the process pool."""
