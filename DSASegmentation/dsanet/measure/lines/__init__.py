"""Middle lines: thinning, graph, courses, and the paths along which lesions are looked for."""
