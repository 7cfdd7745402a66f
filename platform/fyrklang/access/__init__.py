"""What someone may do: permissions, roles, relations and the guard on every route."""
