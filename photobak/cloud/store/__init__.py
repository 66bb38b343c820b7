"""Everything the cloud stores: objects in S3 and items in DynamoDB. Only modules in here call S3 and DynamoDB."""
