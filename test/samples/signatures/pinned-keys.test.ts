import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { centosKeys } from '../../../vendors/keys/centos.ts';
import { debianArchiveKeys, debianInstallerKeys } from '../../../vendors/keys/debian.ts';
import { fedoraKeys } from '../../../vendors/keys/fedora.ts';
import { freebsdKeys } from '../../../vendors/keys/freebsd.ts';
import { openbsdKeys } from '../../../vendors/keys/openbsd.ts';
import { opensuseKeys } from '../../../vendors/keys/opensuse.ts';
import type { PinnedKey } from '../../../vendors/keys/pinned-key.ts';
import { ubuntuImageKeys } from '../../../vendors/keys/ubuntu.ts';
import { type KeyForm, openKeyRing } from '../../../verifiers/shared/key-ring.ts';
import { reasonOf } from '../../verifiers/refusal.ts';
import { samples } from '../read-samples.ts';

const documents: [folder: string, keys: readonly PinnedKey[], form?: KeyForm][] = [
  ['ubuntu-noble-20260725', ubuntuImageKeys],
  ['ubuntu-core-jammy-20230626', ubuntuImageKeys],
  ['fedora-44-cloud-aarch64', fedoraKeys('44')],
  ['opensuse-leap-16.0-aarch64', opensuseKeys],
  ['centos-7.9', centosKeys('7')],
  ['debian-cd-11.2', debianInstallerKeys('stable')],
  ['debian-trixie-inrelease', debianArchiveKeys('trixie')],
  ['debian-forky-inrelease-stale', debianArchiveKeys('forky')],
  ['freebsd-14.1-amd64-vm', freebsdKeys('14.1')],
  ['openbsd-7.6-amd64', openbsdKeys('7.6'), 'signify'],
];

/** A document and its detached signature, the shorter name first; one with an inline signature is alone. */
function readFiles(folder: string): { name: string; document: Buffer; signature?: Buffer } {
  const path = join(samples ?? '', 'signed', folder);
  const [name = '', signature] = readdirSync(path).sort((a, b) => a.length - b.length);
  const read = (file: string) => readFileSync(join(path, file));
  const document = read(name);
  return signature === undefined
    ? { name, document }
    : { name, document, signature: read(signature) };
}

test.each(documents)(
  '%s is valid only with the keys of its release',
  async (folder, keys, form = 'openpgp') => {
    const { name, document, signature } = readFiles(folder);
    const materials = await Promise.all(
      keys.map(({ key = '' }) => (typeof key === 'function' ? key() : key)),
    );
    const ring = await openKeyRing(form, materials);
    const signers = keys.map(({ fingerprint }) => fingerprint);
    const policy = { signers, now: new Date('2026-11-20'), name };
    const check = (allowed: string[]) => () =>
      signature === undefined
        ? ring.verifyInline(document, { ...policy, signers: allowed })
        : ring.verifyDetached(document, signature, { ...policy, signers: allowed });
    expect(signers).toContain(check(signers)().signer.fingerprint);
    expect(reasonOf(check(['0'.repeat(40)]))).toBe('signer-unknown');
  },
);
