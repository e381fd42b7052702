"""The migrations, numbered. A released one is never changed: add the next, and raise `schema.VERSION`."""
