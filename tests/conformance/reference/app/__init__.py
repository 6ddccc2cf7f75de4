"""The application of the reference."""
