// Tells at the end of the process how much memory it had at most.
process.on('exit', () => {
  process.stderr.write(`most memory: ${process.resourceUsage().maxRSS * 1024}\n`);
});
