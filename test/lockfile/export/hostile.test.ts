import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { exportKinds } from '../../../src/contracts/lock-export.ts';
import type { ExportPin } from '../../../src/lockfile/export/export-target.ts';
import { hclBlock } from '../../../src/lockfile/export/hcl.ts';
import { commentLine, quoteHcl, quoteText } from '../../../src/lockfile/export/quote.ts';
import { exportTargets } from '../../../src/lockfile/export/targets.ts';
import { exported, pin, textFor } from './pins.ts';
import { readHcl } from './read-hcl.ts';

const texts = [
  '"\n}\nresource "null_resource" "x" {',
  '\x24{file("/etc/passwd")}',
  '$\x24{file("/etc/passwd")} $$\x24{a}',
  '%{ for a in b }%{ endfor } %%{ if true }',
  '\\" \\n \\u0022 \\',
  '# // /* */ : - & * ! | > %YAML',
  '\r\n- location: http://evil.example/',
  '\u0085\u2028\u2029 next line',
  '\0\b\f\t\u001b[31m\u007f',
  '\u202e\u2066\ufeff turned',
  'é 漢 \u{1f4bf}',
  '',
];

test.each(texts)('%j is one string of JSON, YAML and HCL', (text) => {
  expect(JSON.parse(quoteText(text))).toBe(text);
  expect(parse(quoteText(text))).toBe(text);
  expect(readHcl(`${hclBlock('a', [], [['b', text]])}\n`)).toEqual({ a: { b: text } });
  expect(quoteHcl(text)).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u);
  expect(quoteHcl(text)).not.toMatch(/[$%]\{/);
  expect(commentLine(text)).toMatch(/^# [^\p{Cc}\p{Zl}\p{Zp}]*$/u);
});

test('half of a pair of surrogates becomes a replacement character', () => {
  expect(JSON.parse(quoteText('a\ud800b'))).toBe('a\ufffdb');
});

const all = texts.join(' ');
const disk = { path: `/cache/${all}.raw` };
/** The grammar of aliases and hosts keeps most of these texts out of a lock file; the writers do not rely on it. */
const hostile: ExportPin = pin(
  {
    snapshot: all,
    version: all,
    fileName: all,
    url: 'https://images.acme.example/"\x24{x}%{y}{{z}}\'/acme.qcow2',
    boot: {
      kernel: { ...pin().image, url: 'https://images.acme.example/"\x24{k}' },
      cmdline: all,
    },
  },
  { alias: all, request: all },
);
const address = "https://images.acme.example/%22$%7Bx%7D%%7By%7D%7B%7Bz%7D%7D'/acme.qcow2";

test('Lima: hostile text stays inside its string', () => {
  const [image, ...others] = parse(textFor('lima', hostile)).images;
  expect(others).toEqual([]);
  expect(image).toMatchObject({ location: address, kernel: { cmdline: all } });
  expect(Object.keys(image)).toEqual(['location', 'arch', 'digest', 'kernel']);
  const local = { ...hostile, addresses: [], disk };
  expect(parse(exportTargets.lima.format([local])).images[0].location).toBe(disk.path);
});

test('Packer: hostile text stays inside its string, also as a template of Go', () => {
  const [[name, source] = [], ...others] = Object.entries(readHcl(textFor('packer', hostile)));
  expect(others).toEqual([]);
  expect(name).toMatch(/^source qemu [A-Za-z_][\w-]*$/);
  expect(source).toMatchObject({ iso_url: address, disk_image: true });
  const local = { ...hostile, addresses: [], disk: { path: '/cache/{{env `HOME`}}.raw' } };
  expect(Object.values(readHcl(exportTargets.packer.format([local])))).toMatchObject([
    { iso_url: '/cache/{{ "{{" }}env `HOME`}}.raw' },
  ]);
});

test('Terraform: hostile text stays inside its string', () => {
  const proxmox = readHcl(textFor('terraform-proxmox', hostile));
  expect(Object.keys(proxmox)).toHaveLength(3);
  const download = Object.values(proxmox)[2];
  expect(download).toMatchObject({ url: address, content_type: 'import' });
  expect(download).toMatchObject({ file_name: expect.stringMatching(/^[\w.-]{1,255}$/) });
  const libvirt = exportTargets['terraform-libvirt'].format(
    exported('terraform-libvirt', [hostile], disk),
  );
  expect(Object.keys(readHcl(libvirt))).toHaveLength(2);
  expect(libvirt).toMatch(/url = "file:\/\/\/cache\/[!-~]+"\n/);
});

test('JSON: hostile text stays inside its string, and no control character is written', () => {
  const text = textFor('json', hostile);
  expect(text).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\u202e\u2066]*$/mu);
  const { images } = JSON.parse(text);
  expect(images).toMatchObject([{ alias: all, request: all, fileName: all, urls: [address] }]);
});

test.each(exportKinds)('%s: the same pins give the same text', (kind) => {
  expect(textFor(kind, pin(), hostile)).toBe(textFor(kind, pin(), structuredClone(hostile)));
});

const terraform = spawnSync('terraform', ['version']).status === 0;

test.skipIf(!terraform).each(['packer', 'terraform-proxmox', 'terraform-libvirt'] as const)(
  '%s: terraform reads the text, and would not format it differently',
  (kind) => {
    const input = textFor(
      kind,
      pin(),
      pin({ mirrors: ['https://b.example/acme.qcow2'] }, { arch: 'arm64' }),
      hostile,
    );
    const { stdout, status } = spawnSync('terraform', ['fmt', '-'], { input, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toBe(input);
  },
);
