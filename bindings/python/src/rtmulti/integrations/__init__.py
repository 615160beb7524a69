"""Other people's frameworks, each in a room of its own, each an extra of the package. Nothing here is imported by
rtmulti itself, and nothing that a second framework would need lives in the room of the first."""
