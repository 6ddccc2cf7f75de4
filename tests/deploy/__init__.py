"""What runs the emulator for many: the manifests, the compose profile, the proxy."""
