"""The launcher: starts the servers that relportal needs, bundled or found, and the processes of the portal itself.

`python -m relportal.launch exec --profile test -- pytest` runs a command beside PostgreSQL and a Redis-protocol server;
`python -m relportal.launch demo` runs the whole portal. Everything lives below `var/<profile>/` and on loopback.
"""
