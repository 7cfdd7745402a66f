"""Who someone is: issuers, OpenID Connect, sessions, people and their memberships."""
