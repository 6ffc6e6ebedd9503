# belljar_add_extensions(ROOT): each ROOT/**/_*.pyx becomes an extension module of its package, linked with belljar_core.
#
# With BELLJAR_IN_TREE the module is written beside its .pyx, else it is installed to the same place in the wheel.

# scikit-build-core names the interpreter it builds for; an in-tree build passes -DPython_EXECUTABLE.
find_package(
  Python 3.10
  COMPONENTS Interpreter Development.Module
  REQUIRED)

execute_process(
  COMMAND "${Python_EXECUTABLE}" -c "import Cython; print(Cython.__version__)"
  OUTPUT_VARIABLE cython_version
  OUTPUT_STRIP_TRAILING_WHITESPACE
  ERROR_QUIET)
if("${cython_version}" VERSION_LESS 3.1)
  message(FATAL_ERROR "Cython 3.1 or newer is needed in ${Python_EXECUTABLE} (found: '${cython_version}')")
endif()

function(belljar_add_extensions root)
  file(GLOB_RECURSE pyx_files CONFIGURE_DEPENDS "${root}/_*.pyx")
  # Any shared declaration may be cimported anywhere; they are few and Cython is quick, so all depend on all.
  file(GLOB_RECURSE shared_files CONFIGURE_DEPENDS "${root}/*.pxd" "${root}/*.pxi")
  foreach(pyx IN LISTS pyx_files)
    cmake_path(RELATIVE_PATH pyx BASE_DIRECTORY "${root}" OUTPUT_VARIABLE relative)
    cmake_path(GET relative PARENT_PATH folder)
    cmake_path(GET relative STEM module)
    string(REPLACE "/" "." full_name "${folder}/${module}")
    set(generated_folder "${CMAKE_CURRENT_BINARY_DIR}/cython/${folder}")
    set(generated "${generated_folder}/${module}.c")
    file(MAKE_DIRECTORY "${generated_folder}")

    add_custom_command(
      OUTPUT "${generated}"
      COMMAND "${Python_EXECUTABLE}" -m cython -3 -Wextra --module-name "${full_name}" -I "${root}" --output-file
              "${generated}" "${pyx}"
      DEPENDS "${pyx}" ${shared_files}
      COMMENT "Cython ${relative}"
      VERBATIM)

    # The target has the full name, since two packages may both hold a `_native`; the file has the module's.
    python_add_library(${full_name} MODULE WITH_SOABI "${generated}")
    set_target_properties(${full_name} PROPERTIES OUTPUT_NAME "${module}" C_STANDARD 11 C_EXTENSIONS ON)
    target_link_libraries(${full_name} PRIVATE belljar_core)
    if(BELLJAR_IN_TREE)
      set_target_properties(${full_name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${root}/${folder}")
    else()
      set_target_properties(${full_name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY
                                                    "${CMAKE_CURRENT_BINARY_DIR}/modules/${folder}")
      install(TARGETS ${full_name} LIBRARY DESTINATION "${folder}")
    endif()
  endforeach()
endfunction()
