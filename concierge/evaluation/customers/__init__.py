"""Simulated customers: each has a goal, an order, a mood and a language, and talks until it is reached or given up."""
