"""A game that only a file defines."""

TIMEMANIA = """
games:
  timemania:
    title: Timemania
    pool: 80
    drawn: 7
    ticket: 10
    tiers: [3, 4, 5, 6, 7]
    draws: {days: [tuesday, thursday, saturday], at: 20:00}
    prices:
      - {since: 2019-11-10, bet: 3.00, prizes: {3: 3.00, 4: 9.00}}
      - {since: 2023-05-03, bet: 3.50, prizes: {3: 3.50, 4: 10.50}}
"""
