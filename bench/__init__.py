"""Belljar beside its peers: kernels, batches, start-up, in one run, interleaved, answers checked before the clock.

``python -m bench`` prints the tables; ``bench/README.md`` says how to read them.
"""
