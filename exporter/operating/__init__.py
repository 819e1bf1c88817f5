"""What operators do: doctor, upkeep, log analysis, replay, demonstration."""
