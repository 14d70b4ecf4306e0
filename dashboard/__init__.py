"""The dashboard: it reads a map folder and never fits anything."""
