"""Pure rules of the games and their statistics; standard library only."""
