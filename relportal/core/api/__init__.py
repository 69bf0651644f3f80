"""Teams, people, tokens, saved views, the audit and the portal's own work over the API."""
