"""What the axes of community ownership say together: the typology of areas."""
