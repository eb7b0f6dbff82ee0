"""How the product's processes are started, watched, stopped, and tied to each other. Knows nothing of what they do."""
