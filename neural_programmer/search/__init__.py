"""Search for the programs that give a known answer."""
