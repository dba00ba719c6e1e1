"""The report as one HTML file that needs nothing from outside."""
