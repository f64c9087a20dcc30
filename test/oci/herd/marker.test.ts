import { expect, test } from 'vitest';
import { drawTimer } from '../../../src/oci/herd/clock.ts';
import {
  formatHerdMarker,
  isMarkerTag,
  markerBlob,
  markerTag,
  parseHerdMarker,
} from '../../../src/oci/herd/marker.ts';

const marker = {
  host: 'f00d',
  round: 3,
  writtenAt: new Date('2026-06-01T12:00:00.000Z'),
  lifetimeMs: 90_000,
};

test('a marker is read as it was written', () => {
  expect(parseHerdMarker({ bytes: formatHerdMarker(marker) })).toEqual(marker);
});

test('markers of one host differ', () => {
  const next = formatHerdMarker({ ...marker, round: 4 });
  expect(Buffer.from(next).equals(formatHerdMarker(marker))).toBe(false);
});

test.each([
  ['text that is not JSON', 'not JSON'],
  ['another manifest', '{"schemaVersion":2,"layers":[]}'],
  ['null', 'null'],
  [
    'a lifetime that is not a number',
    Buffer.from(formatHerdMarker(marker)).toString().replace('"90000"', '"-1"'),
  ],
  [
    'a host with control characters',
    Buffer.from(formatHerdMarker(marker)).toString().replace('f00d', '\\u001b[1m'),
  ],
])('%s is not a marker', (_, text) => {
  expect(parseHerdMarker({ bytes: Buffer.from(text) })).toBeUndefined();
});

test('a marker counts for an hour at most', () => {
  const bytes = formatHerdMarker({ ...marker, lifetimeMs: 10 ** 11 });
  expect(parseHerdMarker({ bytes })?.lifetimeMs).toBe(3_600_000);
});

test('the name of a marker is a tag, and no two images share one', () => {
  const tags = ['a', 'a'.repeat(122), 'a'.repeat(123), 'a'.repeat(127), 'a'.repeat(128)];
  const names = tags.flatMap((tag) => [0, 1, 63].map((generation) => markerTag(tag, generation)));
  for (const name of names) {
    expect(name).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
    expect(isMarkerTag(name)).toBe(true);
  }
  expect(new Set(names).size).toBe(names.length);
  for (const tag of tags) expect(isMarkerTag(tag)).toBe(false);
});

test('the blob of a marker is the empty descriptor', async () => {
  for await (const chunk of markerBlob.read(0)) expect(Buffer.from(chunk).toString()).toBe('{}');
  expect(markerBlob.sizeBytes).toBe(2);
});

test('timers are within the window, and of a thousand hosts few are early', () => {
  expect(drawTimer(10_000, 0)).toBe(0);
  expect(drawTimer(10_000, 1 - 2 ** -53)).toBeCloseTo(10_000);
  const drawn = Array.from({ length: 1000 }, (_, i) => drawTimer(10_000, (i + 0.5) / 1000));
  const [first = 0] = drawn;
  expect(drawn.filter((ms) => ms < first + 200).length).toBeLessThan(3);
});
