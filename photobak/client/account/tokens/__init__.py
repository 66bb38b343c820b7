"""Where a sign-in is kept between commands: the OS keyring, or a file that only its owner can read."""
