"""Text generation: a text in answer to a text."""
