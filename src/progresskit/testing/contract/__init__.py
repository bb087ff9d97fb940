"""The port's contract as named checks, grouped by what they are about."""
