"""Other people's tools for the tests: pinned, and installed once into a cache outside of the project."""
