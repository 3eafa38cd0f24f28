#include "io/fault.h"

#include <uv.h>

_Static_assert(UV_EBADF == FAULT_CLOSED && UV_EAGAIN == FAULT_AGAIN,
               "libuv's codes are the system's, negative");

const char *fault_name(int error) { return uv_err_name(error); }

const char *fault_text(int error) { return uv_strerror(error); }
