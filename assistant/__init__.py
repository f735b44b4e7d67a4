"""What Rasa lacks: how a question is understood, and how well that works."""
