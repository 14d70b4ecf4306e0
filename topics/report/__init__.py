"""Reports: a map, or a part of it, as a document to hand on; the same bytes for the same map."""
