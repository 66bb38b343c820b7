"""Where the cloud keeps things: objects in S3, rows in DynamoDB. Every call to them is made here."""
