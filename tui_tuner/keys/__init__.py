"""What a person can do, place by place: tables that the registry of actions gathers."""
