"""What differs between operating systems. Nothing outside of this package asks which one it runs on."""
