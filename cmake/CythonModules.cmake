# belljar_add_extensions(ROOT): each ROOT/**/_*.pyx becomes an extension module beside its package, linked with
# belljar_core.

find_package(
  Python 3.10
  COMPONENTS Interpreter Development.Module
  REQUIRED)

function(belljar_add_extensions root)
  file(GLOB_RECURSE pyx_files CONFIGURE_DEPENDS "${root}/_*.pyx")
  file(GLOB_RECURSE pxd_files CONFIGURE_DEPENDS "${root}/*.pxd" "${root}/*.pxi")
  foreach(pyx IN LISTS pyx_files)
    file(RELATIVE_PATH relative "${root}" "${pyx}")
    get_filename_component(folder "${relative}" DIRECTORY)
    get_filename_component(module "${relative}" NAME_WE)
    string(REPLACE "/" "." full_name "${folder}/${module}")
    set(generated "${CMAKE_CURRENT_BINARY_DIR}/cython/${folder}/${module}.c")
    cmake_path(GET generated PARENT_PATH generated_folder)
    file(MAKE_DIRECTORY "${generated_folder}")

    add_custom_command(
      OUTPUT "${generated}"
      COMMAND "${Python_EXECUTABLE}" -m cython -3 --module-name "${full_name}" -I "${root}"
              --output-file "${generated}" "${pyx}"
      DEPENDS "${pyx}" ${pxd_files}
      COMMENT "Cython ${relative}"
      VERBATIM)

    python_add_library(${full_name} MODULE WITH_SOABI "${generated}")
    # OUTPUT_NAME: the target is named in full, since two packages may both hold a `_native`.
    set_target_properties(
      ${full_name} PROPERTIES OUTPUT_NAME "${module}" LIBRARY_OUTPUT_DIRECTORY
                                                      "${CMAKE_CURRENT_BINARY_DIR}/modules/${folder}")
    target_link_libraries(${full_name} PRIVATE belljar_core)
    target_compile_options(${full_name} PRIVATE -Wno-unused-function)
    install(TARGETS ${full_name} LIBRARY DESTINATION "${folder}")
  endforeach()
endfunction()
