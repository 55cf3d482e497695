"""Files made to exhaust whoever reads them, by form."""
