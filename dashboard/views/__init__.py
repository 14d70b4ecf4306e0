"""One screen a file: each has ``show(screen)``, which reads the view, calls pure functions, draws."""
