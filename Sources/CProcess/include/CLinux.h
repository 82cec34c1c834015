#pragma once
#include <stdint.h>
#include <sys/types.h>

// Calls of Linux that Swift's Glibc module does not have.

/// Who is at the other end of a connected Unix socket (SO_PEERCRED). 0 or errno.
int adce_peer(int socket, uid_t *user, pid_t *process);

/// Sends this process `signal` when the thread of `parent` that started it ends. 0 or errno; ESRCH
/// if the parent has ended already.
int adce_follow_parent(int signal, pid_t parent);

/// An eventfd: written to from any thread, read to clear it. −1 and errno.
int adce_wake_make(void);

/// A timer of the clock that goes on while the machine sleeps (CLOCK_BOOTTIME). −1 and errno.
int adce_boot_timer_make(void);

/// Lets it fire once, in `milliseconds` from now; 0 = not at all. 0 or errno.
int adce_boot_timer_set(int timer, int64_t milliseconds);

/// Becomes readable when somebody sets the wall clock, once it is armed. −1 and errno.
int adce_clock_watch_make(void);

/// Arms it, and clears what it had to tell. 0 or errno.
int adce_clock_watch_arm(int watch);

/// accept4 with SOCK_CLOEXEC. −1 and errno.
int adce_accept(int socket);

/// Has posix_spawn close every descriptor from `first` on. `actions` is a
/// posix_spawn_file_actions_t *. 0 or errno.
int adce_spawn_closes_from(void *actions, int first);
