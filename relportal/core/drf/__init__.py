"""What the API shares: token sign-in, scopes, cursor pages, problem documents (RFC 9457)."""
