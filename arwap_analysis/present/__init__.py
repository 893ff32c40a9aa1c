"""Show results: exhibits, charts, tables, sentences and pages, from protected data only."""
