### The byte map.
