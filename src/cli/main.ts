#!/usr/bin/env node
import process from 'node:process';
import { runCli } from './run-cli.ts';

const { stdout, stderr, env } = process;
// A reader that has seen enough, such as `head`, is no failure.
for (const stream of [stdout, stderr]) stream.on('error', () => {});

const exitCode = await runCli(process.argv.slice(2), { stdout, stderr, env, cwd: process.cwd() });
for (const stream of [stdout, stderr]) await new Promise((flushed) => stream.write('', flushed));
// Not left to the event loop: a plug-in may keep it alive.
process.exit(exitCode);
