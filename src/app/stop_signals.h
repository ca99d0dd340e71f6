// SIGTERM and SIGINT for a service: the first asks it to finish, the second ends it at once.
//
// Threads   Block() before any other thread is started, so that all of them inherit the mask
// PID 1     the kernel ignores default actions there, so both signals are always handled

#pragma once

namespace glyphd {

class StopSignals {
 public:
  static void Block();
  static int Wait();         // the first that comes: SIGTERM or SIGINT
  static void QuitOnNext();  // from now on, with 128 plus the signal
};

}  // namespace glyphd
