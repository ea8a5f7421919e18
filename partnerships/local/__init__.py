"""What `./dev` does on one machine: its own environment, servers, and the portal on them.

Nothing here runs on a server; `deploy/` and `docker-compose.yml` are for that.
"""
