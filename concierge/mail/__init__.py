"""E-mail that leaves the house: the server it goes through, and what is written to customers."""
