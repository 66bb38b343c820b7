"""The command line: one thin file a command (parse, call, print). Only this package prints."""
