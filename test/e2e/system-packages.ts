import { execFileSync, spawnSync } from 'node:child_process';

const wanted: Record<string, string> = {
  mmdebstrap: 'mmdebstrap',
  'qemu-img': 'qemu-utils',
  nginx: 'nginx-light',
  xz: 'xz-utils',
  zstd: 'zstd',
  sfdisk: 'fdisk',
  mke2fs: 'e2fsprogs',
  'mkfs.xfs': 'xfsprogs',
  'mkfs.btrfs': 'btrfs-progs',
  'grub-mkimage': 'grub-common',
  '/usr/lib/grub/i386-pc/grub-bios-setup': 'grub-pc-bin',
  'qemu-system-x86_64': 'qemu-system-x86',
  'ssh-keygen': 'openssh-client',
};

/** Throws an error that lists the missing packages; `.ci/run` installs them. */
export function requirePrograms(programs: Record<string, string> = wanted): void {
  const missing = Object.entries(programs).filter(([program]) => !has(program));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name).join(' ');
  throw new Error(`programs are missing; install these packages: ${packages}`);
}

/** The Debian archive that this machine's apt uses, and the code name of its release. */
export function readArchive(): { url: string; codename: string } {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const targets = execFileSync(
    'apt-get',
    ['indextargets', '--format', format, 'Created-By: Packages'],
    {
      encoding: 'utf8',
    },
  );
  for (const line of targets.split('\n')) {
    const [url, release, component] = line.split(' ');
    if (url && release && component === 'main' && /^[a-z]+$/.test(release)) {
      return { url: url.endsWith('/') ? url : `${url}/`, codename: release };
    }
  }
  throw new Error('the apt sources of this machine name no Debian archive');
}

/** Runs a program to its end; shows its output only if it fails. */
export function run(program: string, parameters: string[], cwd?: string): string {
  const result = spawnSync(program, parameters, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.status === 0) return result.stdout;
  throw new Error(
    `${program} ${parameters.join(' ')}: ${result.error ?? result.stderr.slice(-2000)}`,
  );
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
