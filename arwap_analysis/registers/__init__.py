"""Registers: what others have said, promised or found, as typed records that can be checked."""
