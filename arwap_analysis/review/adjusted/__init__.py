"""An adjusted disparity."""
