"""`commonground select`: a short list and what defends it, facts first, then the page."""
