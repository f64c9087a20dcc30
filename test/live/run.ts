import process from 'node:process';
import { runLive } from './run-live.ts';

/** Compares the real upstreams with the recorded facts. */
const stop = new AbortController();
const codes = { SIGINT: 130, SIGTERM: 143 } as const;
let ended: number | undefined;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    ended = codes[name];
    stop.abort();
  });
}
const output = { out: console.log, err: console.error };
try {
  process.exitCode = await runLive(process.argv.slice(2), output, stop.signal);
} catch (error) {
  if (ended === undefined) throw error;
  process.exitCode = ended;
}
