# belljar_flags: what all C of ours is compiled and linked with.
# belljar_warnings: the warnings our own C is held to; what Cython generates is not ours.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, RelWithDebInfo or Debug" FORCE)
endif()

set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")
# For the sanitizers: assertions stay on, and lines are known.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")

if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|aarch64|arm64)$")
  message(FATAL_ERROR "Belljar runs on x86-64 and aarch64; this machine is ${CMAKE_SYSTEM_PROCESSOR}")
endif()

add_library(belljar_flags INTERFACE)
target_compile_features(belljar_flags INTERFACE c_std_11)
# -ffp-contract=off: a fused multiply-add rounds once where the language, and every other engine, rounds twice.
target_compile_options(belljar_flags INTERFACE -fvisibility=hidden -ffp-contract=off)

add_library(belljar_warnings INTERFACE)
target_compile_options(belljar_warnings INTERFACE -Wall -Wextra -Wstrict-prototypes -Wshadow -Wvla -Werror)

if(BELLJAR_SANITIZE)
  # -fno-sanitize-recover: undefined behaviour ends the test instead of printing a line that nobody reads.
  target_compile_options(
    belljar_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(belljar_flags INTERFACE -fsanitize=address,undefined)
endif()
