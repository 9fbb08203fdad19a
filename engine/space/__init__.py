"""The search space: parameters, the codec between unit cube and values, edits."""
