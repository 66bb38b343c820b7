"""The Lambda that Cognito asks before it takes in somebody new."""
