"""The words of the project as data: importing it brings in nothing but pydantic and the standard library."""
