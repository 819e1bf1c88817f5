"""Charts as plotly figures: plain JSON values, drawn by the page."""
