"""The demonstration: three invented agencies, real flights, one hostile algorithm."""
