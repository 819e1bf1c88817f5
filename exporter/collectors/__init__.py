"""What /metrics shows: one file for each subsystem, each making fresh metric families."""
