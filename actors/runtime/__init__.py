"""Supervised actors: takes deliveries under leases, and knows nothing of research."""
