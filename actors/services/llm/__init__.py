"""The language model: one port, what is asked of it, and what its answers must look like."""
