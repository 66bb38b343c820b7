"""The laptop side: a folder for each thing it does (sync, verify, restore, …), one module a stage of it."""
