"""The laptop side: one module a stage of the flow (sign in, scan, announce, upload, confirm, list, restore)."""
