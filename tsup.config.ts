import { defineConfig, type Options } from 'tsup';

const vendors = [
  'almalinux',
  'almalinux-kitten',
  'alpine',
  'amazon-linux',
  'arch',
  'centos-7',
  'centos-stream',
  'cirros',
  'debian',
  'fedora',
  'fedora-coreos',
  'flatcar',
  'freebsd',
  'gentoo',
  'http-index',
  'kali',
  'omnios',
  'openbsd',
  'opensuse-leap',
  'opensuse-tumbleweed',
  'oracle',
  'rocky',
  'simplestreams',
  'talos',
  'ubuntu',
];
const formats = [
  'bzip2',
  'gzip',
  'iso',
  'lz4',
  'ova',
  'qcow2',
  'raw',
  'tar',
  'vdi',
  'vhd',
  'vhdx',
  'vmdk',
  'xz',
  'zip',
  'zstd',
];
const verifiers = ['checksums', 'digest', 'signature', 'tls'];

const parts = Object.entries({ vendors, formats, verifiers }).flatMap(([folder, names]) =>
  names.map((name) => [`${folder}/${name}`, `${folder}/${name}.ts`] as const),
);

const common = {
  format: 'esm',
  platform: 'node',
  target: 'node22.21',
  treeshake: true,
} as const satisfies Options;

type Config =
  | Options
  | Options[]
  | ((overrides: Options) => Options | Options[] | Promise<Options | Options[]>);

const config: Config = defineConfig([
  {
    entry: {
      index: 'src/index.ts',
      core: 'src/core.ts',
      kit: 'src/kit.ts',
      testing: 'src/testing/index.ts',
      ...Object.fromEntries(parts),
    },
    ...common,
    splitting: true,
    clean: true,
    dts: true,
  },
  // One file: a process that loads fifty starts half as fast. What looks at the version of Node stands before it, alone.
  { entry: { 'cli-start': 'src/cli/start.ts' }, ...common, splitting: false },
  {
    entry: { cli: 'src/cli/main.ts' },
    ...common,
    splitting: false,
    esbuildPlugins: [
      {
        name: 'start-apart',
        setup({ onResolve }) {
          onResolve({ filter: /\/start\.ts$/ }, () => ({ path: './cli-start.js', external: true }));
        },
      },
    ],
  },
]);

export default config;
