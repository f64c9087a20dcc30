// Prints the peak memory of the process at its end.
process.on('exit', () => {
  process.stderr.write(`most memory: ${process.resourceUsage().maxRSS * 1024}\n`);
});
