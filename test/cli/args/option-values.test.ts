import { describe, expect, test } from 'vitest';
import { parseLayers, parseMirrors, parsePairs } from '../../../src/cli/args/values.ts';

const known = ['raw', 'qcow2', 'gz', 'xz', 'zst', 'tar'];

describe('--from', () => {
  test.each([
    ['qcow2', ['qcow2']],
    ['gz>raw', ['gz', 'raw']],
    [' XZ > raw ', ['xz', 'raw']],
    ['tar.gz', ['gz', 'tar']],
    ['tar.gz>raw', ['gz', 'tar', 'raw']],
    ['tar.zst>qcow2', ['zst', 'tar', 'qcow2']],
  ])('%j is %j', (text, layers) => {
    expect(parseLayers(text, known)).toEqual(layers);
  });

  test.each([
    ['', '""'],
    ['gz>', '""'],
    ['gz,raw', '"gz,raw"'],
    ['raw.gz', '"raw.gz"'],
    ['vmdk', '"vmdk"'],
  ])('%j is refused', (text, named) => {
    expect(() => parseLayers(text, known)).toThrow(
      `--from: there is no format ${named}; ids are raw`,
    );
  });

  test('what was probably meant is in the hint', () => {
    expect(() => parseLayers('qcow', known)).toThrow(
      expect.objectContaining({ exitCode: 2, hint: 'Did you mean qcow2?' }),
    );
  });
});

describe('--param', () => {
  test('a value may be empty and hold anything', () => {
    expect(parsePairs(['a=1', 'b=x=y', 'c='], 'param')).toEqual({ a: '1', b: 'x=y', c: '' });
    expect(parsePairs(['__proto__=1'], 'param')).toEqual(JSON.parse('{"__proto__":"1"}'));
  });

  test.each([
    [['a'], 'the value is not NAME=VALUE', 'Write --param NAME=VALUE.'],
    [['=1'], 'the value is not NAME=VALUE', 'Write --param NAME=VALUE.'],
    [['a=1', 'a=2'], '"a" was given twice', 'Give each name on the left side of = once.'],
  ])('%j is refused', (values, why, hint) => {
    expect(() => parsePairs(values, 'param')).toThrow(
      expect.objectContaining({ message: `--param: ${why}`, hint }),
    );
  });
});

describe('--mirror', () => {
  test('two addresses', () => {
    expect(
      parseMirrors(['https://a.example/=http://10.0.0.5/a/', 'https://b.example=https://m/?x=1']),
    ).toEqual({
      'https://a.example/': 'http://10.0.0.5/a/',
      'https://b.example': 'https://m/?x=1',
    });
  });

  test('what is no pair of addresses is refused, without repeating a password', () => {
    for (const text of [
      'a=b',
      'https://a.example/',
      'https://a.example/=/srv',
      'x=https://u:secret@m/',
    ]) {
      expect(() => parseMirrors([text])).toThrow(
        /^--mirror: the value is not FROM=TO with two http or https addresses$/,
      );
    }
    const twice = ['https://a.example/=https://m/', 'https://a.example/=https://n/'];
    expect(() => parseMirrors(twice)).toThrow(/twice/);
  });
});
