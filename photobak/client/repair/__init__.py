"""Mends what is not as it should be, by what the cloud still has, then by what is on this machine."""
