"""What the DICOM plugin decides and does, as functions that need neither the DICOM module nor Qt.

`DICOMDSAPlugin.py` is the thin class that Slicer looks up. `offers` tells which runs a series
holds, from the database alone; `load` puts one of them into the scene.
"""
