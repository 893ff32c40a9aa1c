"""Registers: what people said, what evidence there is, and other lists that an analyst keeps by hand."""
