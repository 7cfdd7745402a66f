"""The release engine: from sealed counts to a release nobody can be worked out of.

Works on files alone. `engine.protect` is the way in; each of the other modules is one step of it.
"""
