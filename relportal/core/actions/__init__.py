"""Every write to the core models: permission, change and audit row in one transaction."""
