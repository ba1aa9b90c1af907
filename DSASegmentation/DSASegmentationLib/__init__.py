"""Host: everything that touches the MRML scene or Qt.

The scene layer needs `slicer` (the application's, or the package slicer-core) and nothing else of
the application: each function is given the scene, or a node that knows its scene.
"""
