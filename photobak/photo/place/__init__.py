"""Where a photo was taken: circles on the earth, and the towns that they are named after."""
