### Saving, opening, exporting and recording traces.
