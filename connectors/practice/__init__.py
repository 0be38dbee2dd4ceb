"""The practice organisation: a server on 127.0.0.1 that speaks both vendors' wire formats.

It exists so that the real client libraries, the real HTTP door and every fault of the network can be
exercised without a tenant. It imports nothing of the auditor, so that a misunderstanding of a vendor's
format cannot cancel itself out; its answers are held against the vendors' own discovery documents.
"""
