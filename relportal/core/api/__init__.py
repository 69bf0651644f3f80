"""Teams and the audit over the API."""
