"""Conversations to keep: as text, as PDF, for advisors and for their customers."""
