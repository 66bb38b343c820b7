"""Google Takeouts made from rules."""
