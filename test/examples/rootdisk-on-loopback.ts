import { commands } from '../../src/cli/commands/every.ts';

// The real command line, with flags that lead to the server of a test; each command gets the flags that it supports.
const given = process.argv.slice(2);
const flags: [string, string][] = JSON.parse(process.env['WALKTHROUGH_FLAGS'] ?? '[]');
const command = commands.find(({ name }) => `${given.join(' ')} `.startsWith(`${name} `));
const taken = flags.filter(([flag]) => command?.options.some((name) => `--${name}` === flag));
process.argv.splice(2, given.length, ...given, ...taken.flat());
await import('../../src/cli/main.ts');
