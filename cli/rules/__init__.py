"""What `tocsin rules` reads and says."""
