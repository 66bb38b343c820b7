"""The pre-sign-up Lambda, which Cognito asks before it creates an account."""
