"""How the client talks to the cloud: HTTP, signatures, retries and AWS's errors."""
