"""Requests made from the OpenAPI documents, right and wrong ones, held against what the documents say."""
