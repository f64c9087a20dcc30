import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { type Documents, serveDocuments } from '../every/serve-documents.ts';

export const folder = 'https://cloud.centos.org/centos/7/images/';
export const sums: string = `${folder}sha256sum.txt`;
export const names: string[] = [
  'CentOS-7-aarch64-GenericCloud-2009.qcow2',
  'CentOS-7-aarch64-GenericCloud-2009.qcow2c',
  'CentOS-7-x86_64-GenericCloud-20150628_01.qcow2',
  'CentOS-7-x86_64-GenericCloud-20150628_01.qcow2.xz',
  'CentOS-7-x86_64-GenericCloud-1801-01.qcow2',
  'CentOS-7-x86_64-GenericCloud-1801-01.qcow2c',
  'CentOS-7-x86_64-GenericCloud-1801-01.qcow2.xz',
  'CentOS-7-x86_64-GenericCloud-1801-01.raw.tar.gz',
  'CentOS-7-x86_64-GenericCloud-2211.qcow2',
  'CentOS-7-x86_64-GenericCloud-2211.qcow2c',
  'CentOS-7-x86_64-Azure-2212.qcow2',
  'CentOS-7-x86_64-GenericCloud.qcow2',
];
export const list = (files: string[]): string =>
  files.map((name, index) => `${String(index + 10).repeat(32)}  ${name}\n`).join('');
const old = list(names.filter((name) => !name.includes('2211')));
const signer = createOpenpgpSigner();

export function startCentos7(more: Record<string, string> = {}): Promise<Documents> {
  return serveDocuments(['https://cloud.centos.org/'], {
    [sums]: list(names),
    [`${sums}.asc`]: signer.clearsign(old),
    ...more,
  });
}
