"""Ways to sign in: loopback (the browser on this machine), paste-back, device code, and the local account's own."""
