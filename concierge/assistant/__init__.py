"""The working half: takes messages out of the inbox, has Rasa answer them, and writes the answers into the log."""
