# Stands in for an installed Slicer: enough of its CMake to configure and install this extension.
# Slicer_USE_FILE gives slicerMacroBuildScriptedModule (Slicer, CMake/SlicerMacroBuildScriptedModule.cmake:
# unknown keywords and files that do not exist are fatal) and slicer_add_python_unittest; the files go
# where ctkMacroCompilePythonScript installs them, with their sub-folders.
set(Slicer_FOUND TRUE)
set(Slicer_USE_FILE ${CMAKE_CURRENT_LIST_DIR}/Macros.cmake)
set(Slicer_EXTENSION_GENERATE_CONFIG ${CMAKE_CURRENT_LIST_DIR}/Metadata.cmake)
set(Slicer_EXTENSION_CPACK ${CMAKE_CURRENT_LIST_DIR}/Nothing.cmake)
