"""How probable a digit is under a model: the bound, the evidence, and the exact posterior."""
