### What became of a transfer, in words: verdicts, refusals, notices, steps.

transfer-notice = transfer
