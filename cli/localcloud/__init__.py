"""The whole stack on one machine: emulator, cache, deployment, and what the emulator cannot do."""
