"""The home page's form for questions: no sign-in, no rows of its own."""
