# belljar_flags: what every C file of ours is compiled with. Code that Cython generates is not held to the warnings.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
endif()

# -O3 in Release; checks of our own do not hang on NDEBUG.
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")

add_library(belljar_flags INTERFACE)
target_compile_features(belljar_flags INTERFACE c_std_11)
target_compile_options(belljar_flags INTERFACE -fvisibility=hidden)

add_library(belljar_warnings INTERFACE)
target_compile_options(belljar_warnings INTERFACE -Wall -Wextra -Werror)

if(BELLJAR_SANITIZE)
  # -fno-sanitize-recover: undefined behaviour ends the test instead of printing a line nobody reads.
  target_compile_options(
    belljar_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(belljar_flags INTERFACE -fsanitize=address,undefined)
endif()
