"""The only room that speaks SQL. `unit` says what a unit of work is; `engine` is what carries it out."""
