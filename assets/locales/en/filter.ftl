### The filter field, its errors and completions, bookmarks.
