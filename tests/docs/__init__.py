"""What the marked blocks of the documentation are made from, and the tests that they are what `make docs` writes."""
