"""The image itself: built by buildah without a daemon, and run in namespaces of its own. `make test-image` does it."""
