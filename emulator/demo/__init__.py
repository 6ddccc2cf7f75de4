"""What only `--demo` needs: its receiver of webhooks, its made-up company, its stories and their pages.

Rule of this package: like the pages in `ui/`, it asks the control API and nothing else.
"""
