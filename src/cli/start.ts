import process from 'node:process';
import { flushStreams } from './print/flush-streams.ts';
import { runCli } from './run-cli.ts';

const { stdout, stderr, env } = process;
const flush = flushStreams(stdout, stderr);
const exitCode = await runCli(process.argv.slice(2), {
  // Opening it costs time that most commands need not spend.
  get stdin() {
    return process.stdin;
  },
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
});
const written = await flush();
// Not left to the event loop: a plug-in may keep it alive.
process.exit(written || exitCode !== 0 ? exitCode : 1);
