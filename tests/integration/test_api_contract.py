"""The API as its OpenAPI page says, put to the running service by schemathesis over HTTP."""
