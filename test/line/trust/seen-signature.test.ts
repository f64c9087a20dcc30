import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EnsureOptions } from '../../../src/core.ts';
import { mirrorsFor } from '../../../src/testing/index.ts';
import { sha256 } from '../../fixtures/line.ts';
import {
  makeImage,
  noImage,
  type SignedLine,
  startSignedLine,
} from '../../fixtures/signed-line.ts';
import { listing, origins, site } from '../../vendors/documents/rocky.ts';

const folder = `${site}9.8/images/x86_64/`;
const missing = { code: 'ERR_SIGNATURE_MISSING', exitCode: 5 };
let line: SignedLine;
beforeEach(async () => {
  line = await startSignedLine();
});
afterEach(() => line.close());

/** The one build of Rocky Linux 9, its list, and the list's signature or none. */
function publish(date: string, seed: number, isSigned: boolean): void {
  const put = (address: string, body: string | Uint8Array, status = 200): void => {
    line.upstream.route(address.replace(/^https:\//, ''), body, { status });
  };
  const name = `Rocky-9-GenericCloud-Base-9.8-${date}.x86_64.qcow2`;
  const bytes = makeImage(seed);
  const list = `SHA256 (${name}) = ${sha256(bytes).slice(7)}\n`;
  const beside = isSigned ? [`${name}.CHECKSUM.asc`] : [];
  put(site, listing('/pub/rocky', ['9/', '9.8/']));
  put(folder, listing('/9.8', [name, `${name}.CHECKSUM`, ...beside]));
  put(folder + name, bytes);
  put(`${folder}${name}.CHECKSUM`, list);
  const signature = line.signer.signDetached(Buffer.from(list), new Date('2026-11-01T08:00Z'));
  put(`${folder}${name}.CHECKSUM.asc`, signature, isSigned ? 200 : 404);
}

const options = (more: EnsureOptions = {}): EnsureOptions => ({
  mirrors: mirrorsFor(line.upstream, origins),
  ...more,
});
const ensure = (more: EnsureOptions = {}) => line.ensure(options(more), 'rocky:9');

test.each([
  ['the next build', '20260601.0', 2],
  ['the same build with other bytes', '20260525.0', 2],
])(
  'a release that is signed once must stay signed: %s without a signature is refused',
  async (_, date, seed) => {
    publish('20260525.0', 1, true);
    const first = await ensure();
    expect(first.trust).toMatchObject({
      level: 'signed',
      signer: { fingerprint: line.signer.fingerprint },
    });
    const before = await line.visible();
    publish(date, seed, false);
    line.asked();
    await expect(ensure({ refresh: true })).rejects.toMatchObject(missing);
    await expect(line.resolve(options({ refresh: true }), 'rocky:9')).rejects.toMatchObject(
      missing,
    );
    const asked = line.asked();
    expect(asked.length).toBeGreaterThan(0);
    expect(noImage(asked)).toBe(true);
    expect(await line.visible()).toEqual(before);

    // As long as no signature was accepted, the vendor's statement that Rocky 9 signs none is used.
    const fresh = await ensure({ cacheDir: join(line.folder, 'another') });
    expect([fresh.trust.level, fresh.snapshot]).toEqual(['checksum', `9.8-${date}`]);
    expect((await ensure({ refresh: true, trust: 'checksum' })).trust.level).toBe('checksum');
  },
);
