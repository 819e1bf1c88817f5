"""Studies and measurements that are run by hand; their results are committed."""
