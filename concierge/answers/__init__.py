"""What the customer reads: the wording of a reply in their language, with the house's figures filled in."""
