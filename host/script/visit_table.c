#include "script/visit_table.h"

#include <stddef.h>

#include "script/enter.h"
#include "script/visit_memory.h"

const struct visit_entry visit_table[] = {
    {"gc", visit_gc, VISIT_BOUNDARY},
    {"state", enter_state, VISIT_NOW | VISIT_SHOWS},
    {"enter", enter_run, VISIT_BOUNDARY | VISIT_SHOWS},
    {"enter now", enter_run_now, VISIT_NOW | VISIT_SHOWS},
    {NULL, NULL, VISIT_BOUNDARY}};
