"""Databases: engines, transactions, compiled statements, schema versions. Knows no table of ours."""
