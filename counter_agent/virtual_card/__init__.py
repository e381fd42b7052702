"""A made-up My Number Card for demonstrations, training and tests; its authority is nobody's.

`model` is the card, `issuing` its authority, `folder` where it is kept; `memory` puts it behind the narrow connection,
`vpcd` behind pcscd.
"""
