"""The lecture pipeline: sniff, probe, plan, encode, package. Pure of Django.

Each stage is a function of files and records that can be called alone, writes only below
the directory it is given, and fails with :class:`media.pipeline.refusals.Refused`.
"""
