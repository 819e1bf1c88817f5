"""What every figure here asks of a game and a ticket before it computes."""


def check_game(pool: int, drawn: int) -> None:
    """ValueError unless `drawn` of `pool` numbers can be drawn (1 ≤ drawn ≤ pool)."""
    if not 1 <= drawn <= pool:
        raise ValueError(f"cannot draw {drawn} of {pool} numbers")


def check_ticket(pool: int, drawn: int, numbers: int) -> None:
    """ValueError unless a ticket of `numbers` fits the pool (0 ≤ numbers ≤ pool)."""
    check_game(pool, drawn)
    if not 0 <= numbers <= pool:
        raise ValueError(f"a ticket cannot hold {numbers} of {pool} numbers")


def check_share(name: str, value: float) -> None:
    """ValueError unless `value` is a share strictly between 0 and 1 (NaN is refused too)."""
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, not {value}")
