import { defineConfig, type Options } from 'tsup';

const vendors = ['alpine', 'debian', 'freebsd', 'talos', 'ubuntu'];
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
      cli: 'src/cli/main.ts',
    },
    format: 'esm',
    platform: 'node',
    target: 'node22.21',
    splitting: true,
    treeshake: true,
    clean: true,
    dts: true,
  },
]);

export default config;
