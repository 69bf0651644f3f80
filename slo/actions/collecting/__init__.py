"""The parts of one collection: what to ask (plan), asking (fetch), counting (count), writing (store)."""
