// Carries a file inside the program: an assembler line a file, no generated source, nothing for the compiler
// to chew.
#pragma once

#include <cstdint>

/// Defines toono_embedded_<symbol> and toono_embedded_<symbol>_end around the bytes of the file, aligned to
/// 16 because flatbuffers reads scalars in place. `path` is a string literal; the build must name the file as
/// a dependency.
#define TOONO_EMBED(symbol, path)                          \
  asm(".pushsection .rodata\n"                             \
      ".balign 16\n"                                       \
      ".hidden toono_embedded_" #symbol                    \
      "\n"                                                 \
      ".hidden toono_embedded_" #symbol                    \
      "_end\n"                                             \
      ".global toono_embedded_" #symbol                    \
      "\n"                                                 \
      ".global toono_embedded_" #symbol                    \
      "_end\n"                                             \
      "toono_embedded_" #symbol                            \
      ":\n"                                                \
      ".incbin \"" path                                    \
      "\"\n"                                               \
      "toono_embedded_" #symbol                            \
      "_end:\n"                                            \
      ".popsection\n");                                    \
  extern "C" const std::uint8_t toono_embedded_##symbol[]; \
  extern "C" const std::uint8_t toono_embedded_##symbol##_end[]
