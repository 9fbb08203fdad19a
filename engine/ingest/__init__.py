"""From the files a trial writes to reports: lines, patterns, tails."""
