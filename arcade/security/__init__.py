"""Who may connect, and how much they may send: tickets, budgets, origin, addresses, signed tokens."""
