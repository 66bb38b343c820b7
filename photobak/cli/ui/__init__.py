"""What commands share: progress, rows, the terminal, values."""
