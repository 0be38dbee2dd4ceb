"""Connectors: one package per vendor, and the one door through which all of them speak to the network.

They know the facts, models and errors of the auditor and nothing else of it.
"""
