"""What goes over the wire: signed, limited in time and size, tried again where that helps, with errors for people."""
