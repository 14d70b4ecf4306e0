"""One screen a file, each with ``show(screen)``: read the view, call pure functions, draw."""
