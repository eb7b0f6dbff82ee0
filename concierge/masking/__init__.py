"""What is neither stored, logged nor shown in the clear: secrets in texts, contact details, what tells people apart."""
