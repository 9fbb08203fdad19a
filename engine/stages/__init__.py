"""Coarse to fine: the plan of stages and promotions."""
