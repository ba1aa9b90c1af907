"""Host: everything that touches the MRML scene or Qt. Empty until the Slicer module is built."""
