"""What the customer has told in this conversation, heard in every message whatever it is about"""
