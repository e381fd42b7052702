"""Visits to the desk: which slots there are, who may take them and when, and the tickets for them.

Pure: now, random numbers and what is taken already arrive as arguments; services and calendar are frozen data (read by
`bot/content/booking_file.py`). Knows no SQL and no words: refusals and closed days carry keys of the pack's texts.
"""
