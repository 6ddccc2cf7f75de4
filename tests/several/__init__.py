"""Several emulators that share one PostgreSQL database."""
