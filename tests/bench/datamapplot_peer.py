"""DataMapPlot's page of a table of papers; run by the Python that has it.

python datamapplot_peer.py TABLE.parquet OUT.html
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Make the page."""
    import datamapplot
    import pandas as pd

    papers = pd.read_parquet(sys.argv[1])
    figure = datamapplot.create_interactive_plot(
        papers[["x", "y"]].to_numpy(),
        papers["topic"].to_numpy(),
        hover_text=papers["title"].to_numpy(),
        enable_search=True,
    )
    figure.save(str(Path(sys.argv[2])))


if __name__ == "__main__":
    main()
