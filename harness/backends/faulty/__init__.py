"""A backend that is wrong on purpose, one fault at a time: what every law must catch."""
