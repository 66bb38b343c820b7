"""The CloudFormation template and how it is deployed; the Lambda code is read as files."""
