"""How fast the emulator is, as ratios measured within one run: `python -m benchmarks`.

orders       what is sent: the printed sample of each API, with numbers in it
bare         what is compared with: a Flask view that answers a constant, on waitress
contestants  both as processes: started, pinned to a core, stopped
load         a process that keeps eight connections busy
rates        creates per second
layers       where the time of one create goes
start        from the start of the process to the first answer
memory       what is resident after many creates
drain        webhooks that are due at one instant, and how fast they are sent
saturation   creates as fast as they go, with webhooks that are due meanwhile, and what a restart has to send
receiver     a process that takes them
tables       figures and verdicts as text
"""
