"""What a sync does: one module a stage of the flow, from the folder on the disk to the cloud's word on each photo."""
