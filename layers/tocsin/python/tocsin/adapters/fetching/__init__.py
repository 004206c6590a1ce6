"""Reading pages that alerts link to: over HTTP, and as the words that people would read."""
