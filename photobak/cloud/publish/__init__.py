"""The publish Lambda: records that are new or have changed are told to those who listen."""
