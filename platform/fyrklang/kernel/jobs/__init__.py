"""How a job travels: relay, Valkey, worker loop and schedules. Knows ids and nothing else.

The table `jobs.job` is the truth. What lies in Valkey may be lost at any time; the relay sends it again.
"""
