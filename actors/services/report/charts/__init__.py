"""The charts of the report: pure functions from findings to SVG, without script, styled by the report's classes."""
