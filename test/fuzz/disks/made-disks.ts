import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  describeGroup,
  makePhysicalVolume,
  segment,
} from '../../formats/filesystems/lvm-volume.ts';
import { makeTree } from '../../formats/filesystems/made-tree.ts';
import { writeProto } from '../../formats/filesystems/proto-file.ts';
import { hasProgram } from '../../seed/read-back.ts';

const MiB = 1024 * 1024;

/** A way to make one disk with a tree of files. */
interface Maker {
  name: string;
  programs: string[];
  make(path: string, tree: string, folder: string): void;
}

const run = (name: string, words: string[], input = ''): void => {
  execFileSync(name, words, {
    input,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, MTOOLS_SKIP_CHECK: '1' },
  });
};

function ext(name: string, sizeBytes: number, options: string[]): Maker {
  return {
    name: `ext ${name}`,
    programs: ['mke2fs'],
    make(path, tree) {
      run('mke2fs', ['-q', '-F', ...options, '-d', tree, path, `${sizeBytes / MiB}M`]);
    },
  };
}

function xfs(name: string, options: string[]): Maker {
  return {
    name: `xfs ${name}`,
    programs: ['mkfs.xfs'],
    make(path, tree, folder) {
      const proto = writeProto(tree, join(folder, 'proto'));
      run('mkfs.xfs', ['-q', '-p', proto, '-d', `file,name=${path},size=320m`, ...options]);
    },
  };
}

function btrfs(name: string, options: string[]): Maker {
  return {
    name: `btrfs ${name}`,
    programs: ['mkfs.btrfs'],
    make(path, tree) {
      empty(path, 128 * MiB);
      run('mkfs.btrfs', ['-q', '--rootdir', tree, ...options, path]);
    },
  };
}

function fat(bits: number, sizeBytes: number): Maker {
  return {
    name: `fat${bits}`,
    programs: ['mkfs.vfat', 'mcopy'],
    make(path, tree) {
      empty(path, sizeBytes);
      run('mkfs.vfat', ['-F', `${bits}`, '-s', '4', path]);
      run('mcopy', [
        '-s',
        '-i',
        path,
        join(tree, 'sizes'),
        join(tree, 'boot'),
        join(tree, 'etc'),
        '::/',
      ]);
    },
  };
}

/** Partitions around an ext and a FAT file system. */
function table(name: string, script: string): Maker {
  return {
    name: `table ${name}`,
    programs: ['sfdisk', 'mke2fs', 'mkfs.vfat'],
    make(path, tree, folder) {
      empty(path, 48 * MiB);
      run('sfdisk', ['--quiet', path], script);
      const whole = readFileSync(path);
      const [root, esp] = [join(folder, 'root'), join(folder, 'esp')];
      ext('', 24 * MiB, ['-b', '1024']).make(root, tree, folder);
      empty(esp, 4 * MiB);
      run('mkfs.vfat', [esp]);
      readFileSync(root).copy(whole, 8 * MiB);
      readFileSync(esp).copy(whole, 40 * MiB);
      writeFileSync(path, whole);
    },
  };
}

const makers: readonly Maker[] = [
  ext('2, 1 KiB', 24 * MiB, ['-t', 'ext2', '-b', '1024']),
  ext('4, 4 KiB', 24 * MiB, ['-t', 'ext4', '-b', '4096']),
  ext('4, 1 KiB, inline data', 24 * MiB, ['-t', 'ext4', '-b', '1024', '-O', 'inline_data']),
  xfs('4 KiB', []),
  xfs('1 KiB', ['-b', 'size=1024', '-n', 'size=8192']),
  btrfs('16 KiB', []),
  btrfs('4 KiB, mixed', ['-n', '4096', '--mixed']),
  fat(12, 8 * MiB),
  fat(16, 32 * MiB),
  fat(32, 160 * MiB),
  table('gpt', 'label: gpt\nstart=8MiB, size=24MiB\nstart=40MiB, size=4MiB, type=uefi\n'),
  table(
    'mbr',
    'label: dos\n1: start=40MiB, size=4MiB, type=6\n2: start=4MiB, size=30MiB, type=5\n5: start=8MiB, size=24MiB\n',
  ),
  {
    name: 'lvm',
    programs: [],
    make(path) {
      const visible = 'status = ["READ", "WRITE", "VISIBLE"]';
      const parts = `${segment(1, 0, 2, '"pv0", 3')}${segment(2, 2, 1, '"pv0", 9')}`;
      writeFileSync(path, makePhysicalVolume(describeGroup(`root {\n${visible}\n${parts}}`)));
    },
  },
];

/** Makes every disk that the installed programs can make, as files in `folder`; reports the missing ones. */
export function makeDisks(folder: string): { name: string; path: string }[] {
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  makeTree(tree, 11, { names: 40 });
  mkdirSync(join(tree, 'etc'));
  writeFileSync(join(tree, 'etc/os-release'), 'ID=made\n');
  return makers.flatMap(({ name, programs, make }, index) => {
    const missing = programs.filter((program) => !hasProgram(program));
    if (missing.length > 0) {
      console.error(`not changed at random: ${name}, for want of ${missing.join(', ')}`);
      return [];
    }
    const path = join(folder, `made-${index}`);
    make(path, tree, folder);
    return [{ name, path }];
  });
}

function empty(path: string, sizeBytes: number): void {
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
}
