"""Maps as JSON over HTTP, so that others can build on them; only reading, under ``api/v1``."""

from __future__ import annotations

from dashboard.api.mounted import ROOT, api_route

__all__ = ["ROOT", "api_route"]
