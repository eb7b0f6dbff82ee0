"""The house's queues: which case goes where, when somebody is there, how soon an answer is due, how long it takes."""
