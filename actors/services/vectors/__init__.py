"""Where passages are kept to be found by likeness."""
