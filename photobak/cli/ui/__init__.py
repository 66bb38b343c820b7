"""What commands share: options, values, output and progress."""
