#include "app/stop_signals.h"

#include <csignal>

#include <pthread.h>
#include <unistd.h>

#include "app/exit_code.h"
#include "base/result.h"

namespace glyphd {
namespace {

sigset_t BothSignals() {
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGTERM);
  sigaddset(&both, SIGINT);
  return both;
}

void QuitAtOnce(int signal) { ::_exit(kExitSignal + signal); }

}  // namespace

void StopSignals::Block() {
  const sigset_t both = BothSignals();
  if (pthread_sigmask(SIG_BLOCK, &both, nullptr) != 0) AbortBecause("signals cannot be blocked");
}

int StopSignals::Wait() {
  const sigset_t both = BothSignals();
  int signal = 0;
  while (sigwait(&both, &signal) != 0) {
  }
  return signal;
}

void StopSignals::QuitOnNext() {
  struct sigaction action{};
  action.sa_handler = QuitAtOnce;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  const sigset_t both = BothSignals();
  pthread_sigmask(SIG_UNBLOCK, &both, nullptr);
}

}  // namespace glyphd
