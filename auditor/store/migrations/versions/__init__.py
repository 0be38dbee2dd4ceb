"""The steps, oldest first. A step that has landed is never changed; a new one is added."""
