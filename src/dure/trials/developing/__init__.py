"""What a developer does before submitting: begin, check on dummy rows, convert weights. No node."""
