"""Durable state: what moves together moves in one step; `ports` says what is promised."""
