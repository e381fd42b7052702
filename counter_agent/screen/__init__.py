"""The pages on 127.0.0.1: the clerk's side and the resident's side of one desk."""
