"""Looking at the results: report.html, and the comparison of two configurations."""
