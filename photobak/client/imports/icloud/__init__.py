"""Apple's export of iCloud Photos (privacy.apple.com), and what it says of each photo."""
