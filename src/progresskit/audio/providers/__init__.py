"""Voices and recognisers that ship with progresskit, one module each. Import what you need by its path."""
