"""photobak: back up your photos to your own AWS account."""

__version__ = "0.1.0"
