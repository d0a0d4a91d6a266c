### The ladder.
