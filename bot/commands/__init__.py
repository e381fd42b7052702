"""The commands of `madoguchi`, one a file: each reads settings, asks wiring for objects, prints. No decisions."""
