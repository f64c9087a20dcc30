import { type Documents, readFixture, serveDocuments } from '../every/serve-documents.ts';

export const factory = 'https://factory.talos.dev/';
export const other = 'https://factory.example/talos/';
const origins = [factory, 'https://factory.example/'];
export const empty = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

export async function startTalos(): Promise<Documents> {
  const versions = await readFixture('talos/versions.json');
  return serveDocuments(origins, {
    [`${factory}versions`]: versions,
    [`${other}versions`]: versions,
  });
}
