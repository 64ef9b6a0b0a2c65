"""One function says who may do what: Cedar rules, asked about one request's entities alone."""
