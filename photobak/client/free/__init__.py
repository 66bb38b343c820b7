"""Makes room on the disk: moves files to the system's trash whose originals the cloud has just proved to have."""
