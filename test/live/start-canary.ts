import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOpenpgpSigner, type OpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { runLive } from './run-live.ts';
import { type SignedSite, startSignedSite } from './signed-site.ts';

/** The program with upstreams on loopback. */
export interface Canary {
  site: SignedSite;
  /** The key of the vendors' signatures, and another allowed one. */
  signer: OpenpgpSigner;
  other: OpenpgpSigner;
  folder: string;
  /** Path of the file of facts. */
  facts: string;
  /** The arguments of every run. */
  fixed: string[];
  run(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  close(): Promise<void>;
}

export async function startCanary(): Promise<Canary> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-live-test-'));
  const site = await startSignedSite();
  const [signer, other] = [createOpenpgpSigner(), createOpenpgpSigner()];
  const facts = join(folder, 'facts.json');
  const fixed = [...site.mirrors, '--facts', facts, '--at', '2026-11-20T12:00:00Z'];
  for (const { fingerprint, publicKey } of [signer, other]) {
    const key = join(folder, fingerprint);
    await writeFile(key, publicKey);
    fixed.push('--key', key);
  }
  return {
    ...{ site, signer, other, folder, facts, fixed },
    async run(...options) {
      const lines: Record<'out' | 'err', string[]> = { out: [], err: [] };
      const code = await runLive([...fixed, ...options], {
        out: (text) => lines.out.push(`${text}\n`),
        err: (text) => lines.err.push(`${text}\n`),
      });
      return { code, stdout: lines.out.join(''), stderr: lines.err.join('') };
    },
    async close() {
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
