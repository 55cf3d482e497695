"""Small areas: look-ups, postcodes, outlines, values carried between vintages."""
