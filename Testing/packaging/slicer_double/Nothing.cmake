# Packing is Slicer's business.
