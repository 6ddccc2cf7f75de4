"""Our pytest plugin beside the plugins and mocks of others, each in an environment of its own."""
