"""The rules of the game: what a case is, how it ends, when its webhook goes out.

Rule of this room: no HTTP, no SQL, no words of a provider. It imports nothing of ours but itself.
"""
