"""The dashboard page: tables made here, charts drawn in the browser, nothing fetched elsewhere."""
