"""Repairs what is wrong in the cloud: with what the cloud still has, then with what is on this machine."""
