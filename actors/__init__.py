"""The engine: everything that runs without HTTP."""
