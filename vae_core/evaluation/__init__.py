"""How good a model is: scores, metrics of each digit, the report, and published results to compare with."""
