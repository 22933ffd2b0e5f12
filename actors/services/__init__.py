"""The outside world and the heavy work, one folder a kind, none knowing the others."""
