"""Search providers: to add one, write its file and a line in `wiring`."""
