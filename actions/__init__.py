"""What the assistant does beyond answering. The SDK imports every module here: none may do work when it is imported."""
