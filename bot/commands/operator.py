"""Who runs a command on this machine, as the audit log names them."""

import os
import pwd


def at_the_command_line() -> str:
    """'command line (kim)': the operating system's name of the user, or their number where it has no name."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        # In a container a user may be a number alone.
        name = f"user {number}"
    return f"command line ({name})"
