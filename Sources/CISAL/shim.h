#pragma once
#include <isa-l.h>

/* The size is a macro that Swift cannot import: scratch for isal_deflate at level 2. */
static inline uint32_t adce_isal_level2_bytes(void) { return ISAL_DEF_LVL2_LARGE; }
