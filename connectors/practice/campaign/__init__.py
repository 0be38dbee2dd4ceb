"""The campaign of the practice organisation: its people, both tenants, and what has gone wrong in them.

``generator`` tells the story with these parts: ``roster`` (who works here), ``google_tenant`` and ``microsoft_tenant``
(everything as it should be, ``everyday`` things included), ``problems``, ``decoys`` and ``hostile`` (what happened).
"""
