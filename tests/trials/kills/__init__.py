"""Kill -9, full disks and damage: `make kills`."""
