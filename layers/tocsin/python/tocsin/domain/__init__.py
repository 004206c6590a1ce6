"""Pure decisions on values: no I/O, no clock, no environment. Time is an argument, `now_s`."""
