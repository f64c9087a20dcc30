import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { defined } from '../../kit/defined.ts';
import { options } from './options.ts';

/** One piece of the command line, as `node:util` cuts it. */
export interface Token {
  kind: 'option' | 'positional' | 'option-terminator';
  index: number;
  /** Of an option: its long name, and as it was typed. */
  name?: string;
  rawName?: string;
  value?: string | undefined;
  /** The value stands behind `=`. */
  inlineValue?: boolean | undefined;
}

/** Cuts arguments into tokens. Unknown options pass: options may stand before the command, so that is told later. */
export function tokenize(args: readonly string[]): Token[] {
  const entries = Object.entries(options).map(([name, { value, short }]) => {
    return [name, { type: value === undefined ? 'boolean' : 'string', ...defined({ short }) }];
  });
  const config: ParseArgsOptionsConfig = Object.fromEntries(entries);
  return parseArgs({ args: [...args], options: config, strict: false, tokens: true }).tokens;
}

/** True when the arguments ask for JSON, even where the rest of them cannot be understood. */
export function wantsJson(args: readonly string[]): boolean {
  return tokenize(args).some(({ kind, name }) => kind === 'option' && name === 'json');
}

/** The same for events as JSON on stderr. */
export function wantsEvents(args: readonly string[]): boolean {
  return tokenize(args).some(({ name, value }) => name === 'progress' && value === 'json');
}
