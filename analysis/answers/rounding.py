"""What of a sample may be shown: means to 0.1, a unanimous group as a band."""

from math import floor

from analysis.figures import Scale, Sums

# A mean and a spread of 0 tell every single answer. A band holds at least two answers of the item's scale
# and does not depend on where in it the answer lies, so it does not tell which one was given.
AGREEMENT_BANDS = ((1.0, 3.0), (4.0, 5.0))
HOURS_BAND = 5.0


def unanimous(sample: Sums) -> bool:
    """Whether all gave the same answer."""
    return sample.n > 0 and sample.spread < 1e-6


def mean_or_band(sample: Sums, scale: Scale) -> tuple[float | None, tuple[float, float] | None]:
    """The mean rounded to 0.1, or for a unanimous sample the band that holds its answer."""
    if not unanimous(sample):
        return round(sample.mean, 1), None
    if scale is Scale.AGREEMENT:
        return None, AGREEMENT_BANDS[0] if sample.mean < AGREEMENT_BANDS[1][0] else AGREEMENT_BANDS[1]
    low = floor(sample.mean / HOURS_BAND) * HOURS_BAND
    return None, (low, low + HOURS_BAND)


def drawn(sample: Sums, scale: Scale) -> float:
    """The value for a chart: the rounded mean, or the middle of the band."""
    mean, band = mean_or_band(sample, scale)
    return mean if mean is not None else sum(band or (0.0, 0.0)) / 2
