import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureImage, isImageError } from '../src/index.ts';
import {
  buildQcow2Image,
  createOpenpgpSigner,
  mirrorsFor,
  serveSimpleStreams,
  startUpstream,
} from '../src/testing/index.ts';

// The main job without the internet: a server on loopback serves a compressed qcow2 made by this program, signed with a key
// made by this program.
const MiB = 1024 ** 2;
const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const say = (text: string): boolean => process.stderr.write(`\n${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'rootdisk-demo-'));
const upstream = await startUpstream();
try {
  const bytes = makeImage();
  const serial = '20261120';
  const build = {
    version: '24.04',
    codename: 'noble',
    title: 'Noble Numbat',
    arch: 'amd64',
    serial,
  };
  const signer = createOpenpgpSigner();
  serveSimpleStreams(upstream, [{ ...build, bytes, bytesPerSecond: 24 * MiB }], { signer });
  const mirrors = mirrorsFor(upstream, ['https://cloud-images.ubuntu.com/']);
  const mirror = Object.entries(mirrors).flat().join('=');
  const cacheDir = join(folder, 'cache');
  const call = ['ensure', 'ubuntu:24.04', '--arch', 'amd64'];
  const key = join(folder, 'demo.asc');
  await writeFile(key, signer.publicKey);
  const here = ['--mirror', mirror, '--cache-dir', cacheDir, '--key', key];

  say(
    `A server on loopback serves ubuntu:24.04 as a qcow2 of ${Math.round(bytes.length / MiB)} MiB, signed by
${signer.fingerprint}.`,
  );
  await ensure('First call', [...call, ...here]);
  await ensure('The same again', [...call, ...here]);
  say('In a program that keeps running (a call that names a build makes no request):');
  const options = { arch: 'amd64', cacheDir, mirrors, keys: { replace: [signer.publicKey] } };
  for (const reference of ['ubuntu:24.04', `ubuntu:24.04@${serial}`, `ubuntu:24.04@${serial}`]) {
    const started = performance.now();
    const image = await ensureImage(reference, options);
    const elapsed = (performance.now() - started).toFixed(1);
    process.stderr.write(
      `  ${image.origin}  ${elapsed.padStart(6)} ms  ensureImage('${reference}')\n`,
    );
    await image.dispose();
  }
  say('When an unknown key has signed the list:');
  serveSimpleStreams(upstream, [{ ...build, serial: '20261121', bytes }], {
    signer: createOpenpgpSigner(),
  });
  const refusal = await ensureImage('ubuntu:24.04', options).catch((error: unknown) => error);
  if (!isImageError(refusal))
    throw new Error('an unknown signature was accepted', { cause: refusal });
  process.stderr.write(`  ${refusal.code}  ${refusal.message}\n`);
  say('With the internet:\n\n  npx rootdisk ensure ubuntu:24.04\n');
} finally {
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
}

/** Runs the command line as a user does, with its progress on this terminal, and prints its answer. */
async function ensure(title: string, parameters: string[]): Promise<void> {
  const command = parameters.slice(0, 4).join(' ');
  say(`${title}: rootdisk ${command}`);
  const started = performance.now();
  const child = spawn(process.execPath, [cli, ...parameters, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`rootdisk exited with ${code}: ${output}`);
  const image: {
    path: string;
    origin: string;
    trust: { level: string; signer: { fingerprint: string } };
    virtualSize: number;
  } = JSON.parse(output);
  const elapsed = Math.round(performance.now() - started);
  process.stderr.write(
    [
      `  path    ${image.path}`,
      `  disk    ${image.virtualSize / MiB} MiB, sparse, read-only`,
      `  trust   ${image.trust.level} by ${image.trust.signer.fingerprint}`,
      `  origin  ${image.origin}`,
      `  time    ${elapsed} ms, with the start of Node`,
      '',
    ].join('\n'),
  );
}

/** A disk of 2 GiB with a partition table and data that compresses about as well as an installed system. */
function makeImage(): Uint8Array {
  const disk = Buffer.alloc(96 * MiB);
  for (let offset = MiB; offset < disk.length; offset += 64) {
    createHash('sha256').update(String(offset)).digest().copy(disk, offset);
  }
  disk.writeUInt8(0x83, 450);
  disk.writeUInt32LE(2048, 454);
  disk.writeUInt32LE((2048 * MiB) / 512 - 2048, 458);
  disk.writeUInt16LE(0xaa55, 510);
  const extents = [{ position: 0, bytes: disk }];
  return buildQcow2Image({ virtualSize: 2048 * MiB, extents, compression: 'zlib' }).bytes;
}
