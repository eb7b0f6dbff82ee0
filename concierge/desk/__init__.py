"""The advisors' web application: sign in, find a case, answer in the same conversation, hand back."""
