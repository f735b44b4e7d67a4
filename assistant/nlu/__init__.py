"""The steps between what a user types and what the assistant decides to do with it."""
