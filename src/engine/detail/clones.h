#pragma once

/// Compiles a function once for each width of vector registers; the program picks one when it starts. Sanitizers start later
/// than that choice is made, so they see one plain function.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
#define LOTSE_CLONES
#else
#define LOTSE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
