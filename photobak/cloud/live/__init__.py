"""The live Lambda: who may connect, who listens to what, and what is said to them."""
