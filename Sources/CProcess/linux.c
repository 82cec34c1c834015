#define _GNU_SOURCE
#include <spawn.h>
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int adce_peer(int socket, uid_t *user, pid_t *process) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return errno;
  *user = peer.uid;
  *process = peer.pid;
  return 0;
}

int adce_follow_parent(int signal, pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, signal) < 0) return errno;
  // It may have ended before that.
  return getppid() == parent ? 0 : ESRCH;
}

int adce_wake_make(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int adce_boot_timer_make(void) {
  return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

int adce_boot_timer_set(int timer, int64_t milliseconds) {
  const struct itimerspec span = {
      .it_value = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000}};
  return timerfd_settime(timer, 0, &span, NULL) < 0 ? errno : 0;
}

int adce_clock_watch_make(void) {
  return timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

int adce_clock_watch_arm(int watch) {
  uint64_t fired;
  // ECANCELED: the clock was set. Nothing to read: it was not.
  (void)!read(watch, &fired, sizeof fired);
  // A moment that does not come: only setting the clock ends the wait (timerfd_create(2)).
  const struct itimerspec never = {.it_value = {.tv_sec = INT32_MAX * 4LL}};
  return timerfd_settime(watch, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0
             ? errno
             : 0;
}

int adce_accept(int socket) { return accept4(socket, NULL, NULL, SOCK_CLOEXEC); }

int adce_spawn_closes_from(void *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
