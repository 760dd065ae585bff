"""The wire: messages, codecs, deltas, sessions and error codes. Pure; imports nothing of this project."""
