"""The house's languages: which there are, and the words that the code itself needs of each. Knows nothing of Rasa."""
