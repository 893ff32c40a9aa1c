"""Warm kernels: a process that has loaded the heavy libraries once and forks a fresh process for each request.

`server` is that process, `client` speaks to it, `provisioner` makes Jupyter start its kernels there, and `kernel` is
where every kernel of a report begins, forked or not.
"""
