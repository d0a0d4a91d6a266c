### The plots; following one connection.
