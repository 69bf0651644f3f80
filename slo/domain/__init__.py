"""The maths of service levels: pure functions on numbers, instants and NumPy arrays.

Imports no Django, DRF, Celery or Plotly, reads no clock and does no I/O. Words for people are left to the edge: a
refusal carries a key and its parameters, a missing number carries a reason. Formulas with worked examples:
docs/maths.md.
"""
