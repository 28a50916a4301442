"""What the words mean that stand on several pages, said where they first stand on each."""

NATS = (
    "The \u2212ELBO says how surprising a digit is to the model: how badly it is drawn, plus how exactly the "
    "encoder has to say where it lies. Lower is better. A nat is a unit of information, as a bit is: 1 nat is 1.44 "
    "bits."
)

PRIOR = "the standard normal distribution, from which random points are drawn"
"""To stand in brackets, or after a comma, behind "the prior"."""
