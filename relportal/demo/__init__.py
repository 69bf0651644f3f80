"""The demo company: a deterministic generator of traffic and incidents, and the commands that show it."""
