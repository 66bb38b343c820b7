"""The publish Lambda: tells listeners of topic ``photos`` about new and changed records."""
