"""The customer's rights over their data: masking, export, erasure, retention."""
