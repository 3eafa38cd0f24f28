#include "script/visit_table.h"

#include <stddef.h>

#include "script/visit_memory.h"

const struct visit_entry visit_table[] = {
    {"gc", visit_gc, false},
    {NULL, NULL, false}};
