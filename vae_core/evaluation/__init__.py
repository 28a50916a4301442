"""How good a model is: its scores, what each digit contributes to them, and what others reached."""
