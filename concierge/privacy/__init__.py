"""Customers' rights over their data: export, erasure, retention. What is never kept at all: ``concierge.masking``."""
