import { expect, test } from 'vitest';
import { formatConfig, maxConfigBytes, parseConfig } from '../../../src/oci/layout/config.ts';

const record = { schema: 1, name: 'x', requests: ['r'], created: '2026-01-01T00:00:00.000Z' };

test('name, record and documents are read back', () => {
  const evidence = JSON.stringify({ schema: 1, documents: [{ url: 'https://x/', text: 'ü' }] });
  const bytes = formatConfig({ name: 'x', record: JSON.stringify({ schema: 1 }), evidence });
  expect(parseConfig(bytes, 'config')).toEqual({ name: 'x', record: '{"schema":1}', evidence });
});

test('two hosts that made the same disk at different times write the same config', () => {
  const disk = { sizeBytes: 5, mtimeMs: 1000 };
  const one = formatConfig({ name: 'x', record: JSON.stringify({ ...record, disk }) });
  const later = { ...record, requests: [], created: '2027-01-01T00:00:00.000Z' };
  const other = formatConfig({
    name: 'x',
    record: JSON.stringify({ ...later, disk: { ...disk, mtimeMs: 2000 } }),
  });
  expect(other).toEqual(one);
  expect(JSON.parse(parseConfig(one, 'config').record ?? '')).toMatchObject({
    schema: 1,
    disk: { sizeBytes: 5 },
  });
});

test('documents that are too long are left out', () => {
  const evidence = JSON.stringify({ text: 'a'.repeat(maxConfigBytes) });
  const bytes = formatConfig({ name: 'x', record: JSON.stringify(record), evidence });
  const config = parseConfig(bytes, 'config');
  expect(config.evidence).toBeUndefined();
  expect(config.record).toBeDefined();
  expect(parseConfig(formatConfig({ name: 'x', record: evidence }), 'config')).toEqual({
    name: 'x',
  });
});

test.each([
  ['text that is not JSON', '{', /config is not JSON/],
  ['no name', '{}', /config.name/],
  ['a record that is a list', '{"name":"x","record":[]}', /config.record/],
  ['documents that are a text', '{"name":"x","evidence":"y"}', /config.evidence/],
])('%s is refused with its name', (_, text, message) => {
  expect(() => parseConfig(new TextEncoder().encode(text), 'config')).toThrow(message);
});
