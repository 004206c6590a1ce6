"""Where rules get numbers from. Each answers every query it is asked, and raises nothing."""
