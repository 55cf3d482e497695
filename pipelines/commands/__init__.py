"""What the commands do and tell. Nothing here makes a value, so a change here remakes nothing."""
