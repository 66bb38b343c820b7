"""What the HTTP functions share: events, the caller, problem documents."""
