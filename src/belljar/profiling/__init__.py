"""What a run cost: profiles by line, function and path of calls, compared, drawn and written in the formats of others."""
