"""Google Takeout: which JSON belongs to which photo, and what it says."""
