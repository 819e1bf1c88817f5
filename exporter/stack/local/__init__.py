"""The whole system as processes of this machine: what `lotofacil run` starts and keeps running."""
