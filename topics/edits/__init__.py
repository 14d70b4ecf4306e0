"""What people change in a map after it is built: kept line by line, and applied when it is read.

``kinds`` says what an edit is, ``log`` how edits are kept, ``state`` what each does to a map and
``replay`` how all of them together make the map that is shown.
"""
