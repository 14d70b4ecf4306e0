"""A build on several processes or machines, by Dask (`dask.distributed`, an extra)."""
