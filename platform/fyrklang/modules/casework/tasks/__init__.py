"""Tasks about participants: what somebody must do by a day, given to one in the team or to nobody."""
