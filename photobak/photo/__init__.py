"""What a photo is: pure values and decisions, shared by the client and the cloud. No network, no AWS, no clock."""
