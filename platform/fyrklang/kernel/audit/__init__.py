"""The log nobody can bend: a hash chain per tenant, signed seals over all chains, and their proof."""
