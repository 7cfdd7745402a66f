"""What those who serve must know of the schema without loading the tools that build it."""

MIN_SERVER_VERSION = 150_014
"""The oldest PostgreSQL without known row-security faults, in `server_version_num` form."""

KEY_ID = "k1"
"""Which row of `context.key` signs new tokens."""
