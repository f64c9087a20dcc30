import { afterEach, describe, expect, it } from 'vitest';
import type { Arch, ImageRequest } from '../../../src/kit.ts';
import { httpIndex } from '../../../vendors/http-index.ts';
import { ask, type Documents, serveDocuments } from '../../vendors/every/serve-documents.ts';
import { readSample, samples } from '../read-samples.ts';

const url = 'https://files.example/';

describe.skipIf(samples === undefined)('http-index on captured lists', () => {
  let documents: Documents | undefined;
  afterEach(() => documents?.close());

  const rows: [string, string, string, Arch, Partial<ImageRequest>, string][] = [
    [
      'ubuntu/noble_20260705.SHA256SUMS',
      'SHA256SUMS',
      'noble',
      'arm',
      {},
      'noble-server-cloudimg-armhf.img',
    ],
    [
      'centos-stream/9-stream_x86_64.2026-07.CHECKSUM',
      'CHECKSUM',
      '9',
      'amd64',
      { variant: 'ec2' },
      'CentOS-Stream-ec2-9-',
    ],
    [
      'debian/bookworm_latest.2025-07.SHA512SUMS',
      'SHA512SUMS',
      '12',
      'arm64',
      { variant: 'genericcloud' },
      'debian-12-genericcloud-arm64.qcow2',
    ],
    [
      '_further/opensuse-tumbleweed/tumbleweed.2024-07.SHA256SUM',
      'SHA256SUMS',
      'Tumbleweed',
      'amd64',
      { variant: 'Cloud' },
      'openSUSE-Tumbleweed-Minimal-VM.x86_64-',
    ],
  ];

  it.each(rows)('%s', async (sample, name, release, arch, more, begin) => {
    const text = readSample(`upstream/${sample}`);
    documents = await serveDocuments([url], { [url + name]: text });
    const image = await ask(httpIndex, documents, release, arch, { parameters: { url }, ...more });
    expect(image.disk[0]?.fileName.startsWith(begin)).toBe(true);
    expect(text).toContain(image.disk[0]?.fileName);
  });
});
