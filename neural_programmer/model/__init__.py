"""The neural model: encoders, pointers, the controller, and search for the likeliest programs."""
