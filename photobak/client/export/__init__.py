"""A takeout of one's own: originals, what is known of each in files that other programs read, and a list of all."""
