"""The HTTP edge and the command line: imports the engine, and nothing imports it."""
