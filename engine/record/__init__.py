"""The record: canonical bytes, the chain of a case, what must stay erasable, and how all of it is checked."""
