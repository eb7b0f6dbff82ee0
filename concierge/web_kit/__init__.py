"""What every server of ours needs, whatever it serves: strict HTTP, health, security headers. Imports no Rasa."""
