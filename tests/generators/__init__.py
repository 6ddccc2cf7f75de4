"""The OpenAPI documents in the hands of other people's validators and generators of clients."""
