"""A port of this machine, held before anything is said of it."""

import os
import socket

from pipelines.core.problem import Problem

LOOPBACK = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A socket bound to the port on loopback, the system's choice for 0; `getsockname()[1]` is the real one.

    Raises Problem where another program has the port or it needs rights this user has not.
    """
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free
    try:
        held.bind((LOOPBACK, port))
        held.listen()
    except OSError as error:
        held.close()
        told = f"port {port} of this machine cannot be used ({os.strerror(error.errno).lower()})"
        raise Problem("--port", told, "stop what uses it, or choose another; 0 takes one that is free") from error
    return held
