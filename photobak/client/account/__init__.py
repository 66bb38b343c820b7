"""Who is signed in, and what that is worth: tokens, credentials, and the ways to get them."""
