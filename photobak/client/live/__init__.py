"""The live service's client: one connection, and a listener that outlives it."""
