"""relportal: the composition root; nothing in an app imports it, save for relportal.core."""
