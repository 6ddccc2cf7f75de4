"""How fast the emulator is, as ratios measured within one run: `python -m benchmarks`.

orders       what is sent: the printed sample of each API, with numbers in it
bare         what is compared with: a Flask view that answers a constant, on waitress
contestants  both as processes: started, pinned to a core, stopped
load         a process that keeps eight connections busy
rates        creates per second
latency      how long a create takes for the client
layers       where the time of one create goes
start        from the start of the process to the first answer
memory       what is resident after many creates
pages        how long pages take in a sandbox of a hundred thousand cases
lists        how long the lists of Sphinx take there
growth       creates in a sandbox of a million cases against an empty one, and the lists
drain        webhooks that are due at one instant, and how fast they are sent
saturation   creates as fast as they go, with webhooks that are due meanwhile, and what a restart has to send
plugin       what a test suite pays: a session of one test, a fresh sandbox, fifty tests
peers        us beside the servers that people use instead (peer_list, peer_programs), when asked for
receiver     a process that takes webhooks
parts        the parts by name, and how much each measures
figures      what is wanted of a figure, and the table of all of them
tables       what the parts found as text (growth_tables, peer_table)
page         the same as docs/performance.md
"""
