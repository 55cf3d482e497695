"""The data of the atlas: what a browser reads of a release, made from its finished database alone."""
