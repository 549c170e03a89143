"""The running program: command line, settings, wiring, the tick, delivery, the demo."""
