import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneDisk, createSeed, type EnsuredImage, ensureImage, isImageError } from 'rootdisk';

// From a reference to a machine that is up:
//
//   node boot-one.ts debian:13
//
// It gets the disk, clones it to 5 GiB, writes a seed with a new ssh key, starts QEMU, waits until cloud-init has ended,
// and stops the machine. Disk, seed, key and the output of the machine stay in a folder of their own. It needs
// qemu-system and ssh-keygen. QEMU_ACCEL=tcg starts it without hardware acceleration.
const [reference = 'debian:13'] = process.argv.slice(2);
const GiB = 1024 ** 3;
const minutes = 15;
/** The last line of cloud-init; if another agent reads the seed, the prompt is the last output. */
const finished = /Cloud-init v\. .* finished at .*(?=\r?\n)/;
const login = /^\S+ login: /m;

try {
  const image = await ensureImage(reference);
  console.log(`disk     ${image.path} (${image.trust.level})`);
  try {
    await bootOne(image);
  } finally {
    await image.dispose();
  }
} catch (error) {
  if (isImageError(error)) console.error(`${error.code}: ${error.message}\n${error.hint}`);
  else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bootOne(image: EnsuredImage): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'boot-one-'));
  const key = join(folder, 'id_ed25519');
  const kind = ['-q', '-t', 'ed25519', '-N', '', '-C', 'boot-one'];
  const made = spawnSync('ssh-keygen', [...kind, '-f', key]);
  if (made.status !== 0) throw notStarted('ssh-keygen');

  const size = Math.max(5 * GiB, image.virtualSize);
  const clone = await cloneDisk(image, join(folder, 'disk.raw'), { size, fixGpt: true });
  console.log(`clone    ${clone.path} (${clone.method}, ${clone.sizeBytes / GiB} GiB)`);

  // An image with another kind of seed, or none, is refused here: these options belong to NoCloud.
  const seed = await createSeed({
    ...(image.guest === undefined ? {} : { guest: image.guest }),
    hostname: 'boot-one',
    sshKeys: [await readFile(`${key}.pub`, 'utf8')],
  });
  const seedPath = join(folder, 'seed.iso');
  await writeFile(seedPath, seed.bytes, { mode: 0o600 });
  console.log(`seed     ${seedPath} (${seed.instanceId})`);

  const log = join(folder, 'console.log');
  console.log(`console  ${log}`);
  const line = await start(image.arch, clone.path, seedPath, log);
  console.log(`up       ${line}`);
}

/** Starts a machine with the first accelerator that works, and returns the line that says it is up. */
async function start(arch: string, disk: string, seed: string, log: string): Promise<string> {
  const [program, ...machine] = machineOf(arch);
  const devices = [
    ...['-cpu', 'max', '-smp', '2', '-m', '1024'],
    ...['-drive', `if=virtio,format=raw,file=${disk}`],
    ...['-drive', `if=virtio,format=raw,readonly=on,file=${seed}`],
    ...['-nic', 'user,model=virtio-net-pci', '-device', 'virtio-rng-pci'],
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot'],
  ];
  for (const name of acceleratorsFor(arch)) {
    console.log(`start    ${program} -accel ${name}`);
    const { line, text } = await watch(program, [...machine, '-accel', name, ...devices], log);
    if (line !== undefined) return line;
    // A machine with output has started: another accelerator would not help.
    if (text !== '') break;
  }
  throw new Error(`the machine is not up after ${minutes} minutes, or ended: see ${log}`);
}

/** Runs QEMU until the line appears, QEMU ends or the time is over; then stops QEMU. */
async function watch(program: string, parameters: string[], log: string): Promise<Watched> {
  const machine = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kept = createWriteStream(log);
  const closed = new Promise((resolve) => machine.once('close', resolve));
  let text = '';
  try {
    await new Promise<void>((resolve, reject) => {
      setTimeout(resolve, minutes * 60_000).unref();
      closed.then(() => resolve());
      machine.once('error', () => reject(notStarted(program)));
      machine.stdout.setEncoding('utf8').on('data', (part: string) => {
        kept.write(part);
        text += part;
        if (finished.test(text)) resolve();
      });
    });
  } finally {
    machine.kill();
    await closed;
    kept.end();
  }
  const [line] = finished.exec(text) ?? login.exec(text) ?? [];
  return { text, ...(line === undefined ? {} : { line: line.trim() }) };
}

interface Watched {
  /** The complete output of the machine. */
  text: string;
  line?: string;
}

function notStarted(program: string): Error {
  return new Error(`${program} does not start: is it installed?`);
}

/** The program that emulates an architecture, and its options for a cloud image. */
function machineOf(arch: string): [string, ...string[]] {
  if (arch === 'amd64') return ['qemu-system-x86_64'];
  if (arch !== 'arm64') throw new Error(`this example starts amd64 and arm64, not ${arch}`);
  const firmware = [
    '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd',
    '/usr/share/edk2/aarch64/QEMU_EFI.fd',
    '/opt/homebrew/share/qemu/edk2-aarch64-code.fd',
    '/usr/local/share/qemu/edk2-aarch64-code.fd',
  ].find((path) => existsSync(path));
  if (firmware === undefined) throw new Error('no UEFI firmware: install qemu-efi-aarch64');
  return ['qemu-system-aarch64', '-machine', 'virt', '-bios', firmware];
}

/** Best first. */
function acceleratorsFor(arch: string): string[] {
  const asked = process.env['QEMU_ACCEL'];
  if (asked !== undefined) return [asked];
  const host = process.arch === 'x64' ? 'amd64' : process.arch;
  if (host !== arch) return ['tcg'];
  return [process.platform === 'darwin' ? 'hvf' : 'kvm', 'tcg'];
}
