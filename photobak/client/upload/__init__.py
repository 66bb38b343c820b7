"""How bytes reach the cloud: announce, send, confirm."""
