"""One agency's house: opens its stores and introduces the rooms to each other."""
