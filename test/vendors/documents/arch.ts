import { listFiles } from '../alpine/site.ts';
import { type Documents, serveDocuments } from '../every/serve-documents.ts';

export const images: string = 'https://geo.mirror.pkgbuild.com/images/';

/** The files of a build's folder. */
function filesOf(build: string, kinds: string[] = ['basic', 'cloudimg']): string {
  const endings = ['', '.sig', '.SHA256', '.SHA256.sig'];
  return listFiles(
    kinds.flatMap((kind) =>
      endings.map((ending) => `Arch-Linux-x86_64-${kind}-${build}.qcow2${ending}`),
    ),
  );
}

/** Builds of several years, one of which is still being copied. */
export async function startArch(): Promise<Documents> {
  const names = [
    'latest/',
    'v20220501.56564/',
    'v20260901.9999/',
    'v20260901.583572/',
    'v20261001.604814/',
  ];
  return serveDocuments(['https://geo.mirror.pkgbuild.com/'], {
    [images]: listFiles([...names, 'v20261015.610001/', 'lastsync']),
    [`${images}v20220501.56564/`]: filesOf('20220501.56564'),
    [`${images}v20260901.9999/`]: filesOf('20260901.9999'),
    [`${images}v20260901.583572/`]: filesOf('20260901.583572'),
    [`${images}v20261001.604814/`]: filesOf('20261001.604814'),
    [`${images}v20261015.610001/`]: filesOf('20261015.610001', ['basic']),
  });
}
