"""Evidence reviews of racial and ethnic disparity, reproducible from published table to report."""

__version__ = "0.1.0"
