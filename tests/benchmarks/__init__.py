"""What `make bench` measures with, as little of it as there can be: that it measures, not how much."""
