"""Running laws: cells and their plan, profiles, the search of one cell, and the folder that a run leaves behind."""
