"""What the cloud costs: prices from a dated file, usage as this template causes it, bills as pure functions of both."""
