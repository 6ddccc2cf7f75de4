"""Build OpenAPI 3.1 documents from the marshmallow schemas that validate; imported when a document is asked for."""
