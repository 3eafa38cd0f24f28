/*
** Visit table: what one actor may do inside another (script/visit.h).
*/
#ifndef TROUPE_SCRIPT_VISIT_TABLE_H
#define TROUPE_SCRIPT_VISIT_TABLE_H

#include "script/script.h"

extern const struct visit_entry visit_table[]; /* up to 255, ends with NULL */

#endif
