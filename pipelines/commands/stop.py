"""Ctrl-C and SIGTERM: a command ends in one sentence within seconds, with 130 or 143.

A stop is a decision and no fault: health.json stays as it was, and grows overdue if nobody refreshes again. What ran
unwinds (locks released, folders in the making removed); what cannot unwind in time, such as an answer that is waited
for in a thread, is left behind, and the next refresh sweeps it.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 10
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """The signal that asked the command to end, 0 until one comes."""

    def __init__(self, sentence: str):
        self.sentence, self.number = sentence, 0

    def __str__(self) -> str:
        return f"commonground: {self.sentence}"

    @property
    def exit_code(self) -> int:
        """128 and the signal's number, as shells have it."""
        return 128 + (self.number or signal.SIGINT)


@contextmanager
def stoppable(sentence: str) -> Iterator[Stop]:
    """Both signals raise KeyboardInterrupt here; after ten seconds that did not end the process, it is ended.

    Signals are also seen by a thread, through the descriptor Python writes them to: Dagster puts handlers of its own in
    the place of ours while a step runs, and none runs while the main thread waits in compiled code.
    """
    stop = Stop(sentence)
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    seen, written = socket.socketpair()
    written.setblocking(False)
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def interrupt(number: int, _frame) -> None:
        stop.number = stop.number or number  # here too: the thread may not have run yet, or not have seen it
        raise KeyboardInterrupt

    for number in SIGNALS:
        signal.signal(number, interrupt)
    fd = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
    ended = threading.Event()
    threading.Thread(target=_watch, args=(seen, stop, ended), daemon=True).start()
    try:
        yield stop
    finally:
        ended.set()
        signal.set_wakeup_fd(fd)
        for number, handler in before.items():
            signal.signal(number, handler)
        written.close()


def _watch(seen: socket.socket, stop: Stop, ended: threading.Event) -> None:
    with seen:
        while numbers := seen.recv(1):
            if numbers[0] in SIGNALS:
                stop.number = numbers[0]
                break
        else:
            return
        if not ended.wait(PATIENCE_S):
            os.write(sys.__stderr__.fileno(), f"{stop}\n".encode())
            os._exit(stop.exit_code)
