"""Who is entitled to what, on which day, and why: dated rules as data, three-valued evaluation, what to ask next.

Pure: the day arrives as an argument, schemes as frozen data (read by `bot/content/eligibility_file.py`). Nothing here
knows a programme: a second one is a second folder of content.
"""
