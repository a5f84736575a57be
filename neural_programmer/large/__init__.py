"""Tables of any size, where they live: profiled and indexed once, asked through a small sample, answered by SQL."""
