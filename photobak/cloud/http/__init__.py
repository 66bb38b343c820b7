"""What the functions behind the HTTP API share: parsed requests, the caller, problem documents."""
