"""How probable digits are under a model: the ELBO, the evidence log p(x), and the exact posterior."""
