import { basename } from 'node:path';
import type { DiskWriter } from '../contracts/writer.ts';
import { UsageError } from '../errors.ts';
import { nearestWord } from '../kit/nearest-word.ts';

/** A writer, and a value for each of its options. */
export interface ChosenWriter {
  writer: DiskWriter;
  options: Readonly<Record<string, string>>;
}

/**
 * The writer that `to` names (`vhdx`, or `qcow2,compression=zstd`), else the one for the extension of the output;
 * `undefined` for a raw disk.
 */
export function chooseWriter(
  to: string | undefined,
  output: string,
  writers: readonly DiskWriter[],
): ChosenWriter | undefined {
  if (to !== undefined) return parseWriter(to, writers, 'to');
  const name = basename(output).toLowerCase();
  const [writer] = writers
    .filter(({ extension }) => extension !== undefined && name.endsWith(`.${extension}`))
    .sort((a, b) => (b.extension?.length ?? 0) - (a.extension?.length ?? 0));
  return writer && { writer, options: defaultsOf(writer) };
}

/** Parses `FORMAT[,OPTION=VALUE…]`; `undefined` for `raw`. `field` is the option that contains the text. */
export function parseWriter(
  text: string,
  writers: readonly DiskWriter[],
  field: string,
): ChosenWriter | undefined {
  const [id = '', ...pairs] = text.split(',');
  const writer = writers.find((one) => one.id === id);
  if (writer === undefined && id !== 'raw') throw unknownFormat(id, writers, field);
  const options: Record<string, string> = writer === undefined ? {} : defaultsOf(writer);
  for (const pair of pairs) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const values = writer?.options?.[name]?.values;
    if (values === undefined) throw unknownOption(name, id, Object.keys(options), field);
    if (!values.includes(value)) throw unknownValue(name, value, values, field);
    options[name] = value;
  }
  return writer && { writer, options };
}

/** The error for an unknown format, with the known ones. */
export function unknownFormat(
  id: string,
  writers: readonly DiskWriter[],
  field: string,
  others: readonly string[] = ['raw'],
): UsageError {
  return unknown(
    `the format ${JSON.stringify(id)}`,
    id,
    [...others, ...writers.map((one) => one.id)],
    field,
  );
}

function unknownOption(name: string, id: string, known: string[], field: string): UsageError {
  const what = `the option ${JSON.stringify(name)} of ${id}`;
  if (known.length > 0) return unknown(what, name, known, field);
  return invalid(`${what} is not known`, `${id} takes no options; leave it out.`, field, name);
}

function unknownValue(
  name: string,
  value: string,
  values: readonly string[],
  field: string,
): UsageError {
  return unknown(`the value ${JSON.stringify(value)} of ${name}`, value, values, field);
}

function unknown(what: string, typed: string, words: readonly string[], field: string): UsageError {
  const meant = nearestWord(typed, words);
  const guess = meant === undefined ? '' : `Did you mean ${meant}? `;
  return invalid(`${what} is not known`, `${guess}Use one of: ${words.join(', ')}.`, field, typed);
}

function invalid(message: string, hint: string, field: string, value: string): UsageError {
  return new UsageError({ code: 'ERR_INVALID_REQUEST', message, hint, details: { field, value } });
}

function defaultsOf({ options = {} }: DiskWriter): Record<string, string> {
  return Object.fromEntries(Object.entries(options).map(([name, one]) => [name, one.default]));
}
