"""Data sets of labelled runs: importers, exporters, the alignment audit, folds, training crops."""
