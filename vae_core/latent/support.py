"""Support: whether digits lie around a latent point, so that what is decoded there resembles digits at all.

Let d10(z) be the distance from z to the tenth nearest encoded digit, and `reach` the 95th percentile, over the digits,
of the distance to the tenth nearest other digit. A point z is "on the map" if d10(z) <= reach, "sparse" if
d10(z) <= 3 reach, else "off the map". Distances are compared with distances on the same map, so the rule is independent
of the map's scale and of the number of digits.
"""

from dataclasses import dataclass

SUPPORT_RANK = 10
"""The nearest digit whose distance counts."""

REACH_PERCENTILE = 95
SPARSE_FACTOR = 3


@dataclass(frozen=True)
class Support:
    """How far a point lies from the encoded digits. Distances are Euclidean, in units of z."""

    distance: float
    """d10(z)."""
    reach: float
    """The distance up to which a point is on the map."""

    @property
    def word(self) -> str:
        """ "on the map", "sparse" or "off the map"."""
        if self.distance <= self.reach:
            return "on the map"
        return "sparse" if self.distance <= SPARSE_FACTOR * self.reach else "off the map"
