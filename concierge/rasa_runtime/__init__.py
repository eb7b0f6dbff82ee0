"""What makes Rasa's runtime fast, flat and safe: tracker store, lock store, action calls. No word of fashion in here.

Everything goes through Rasa's own extension points but what is in ``patches``, where Rasa 3.6 offers none, and the
stand-ins for TensorFlow. Importing this package does not import Rasa.
"""
