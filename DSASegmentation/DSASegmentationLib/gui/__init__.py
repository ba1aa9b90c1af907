"""The panel in 3D Slicer: everything that needs the application and Qt.

`panel.TABS` is the list of tabs. A tab is one .ui file and one class derived from `tab.Tab`; all
tabs share one `Workplace`: scene, worker, active run, slice views.
"""
