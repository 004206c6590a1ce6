"""The main job as a demonstration: real alerts in, every notification out once, books balanced."""
