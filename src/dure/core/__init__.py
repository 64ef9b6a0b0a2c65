"""Pure values: labels, assets, principals, actions, errors, canonical bytes. No I/O."""
