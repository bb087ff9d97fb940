"""One module per host library, named after it. Import what you need by its path."""
