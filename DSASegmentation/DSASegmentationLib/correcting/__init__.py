"""Correction of a run's segments on the scene: what a click, a trace or a look at a place does.

No Qt in here. Whoever calls saves the state for undo, through the Segment Editor that the user's
undo button belongs to: every tool takes a function for that, and calls it only before a change.
"""
