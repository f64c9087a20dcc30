import { folderPage } from '../every/folder-page.ts';

export const origin = 'https://downloads.omnios.org/';
export const media: string = `${origin}media/`;

export function files(...ids: string[]): string {
  const names = ids.flatMap((id) => [
    `omnios-${id}.cloud.vmdk`,
    `omnios-${id}.cloud.vmdk.sha256`,
    `omnios-${id}.iso`,
  ]);
  return folderPage('/media/', names);
}

export const documents: Record<string, string> = {
  [`${media}stable/`]: files('r151056', 'r151054'),
  [`${media}lts/`]: files('r151054z', 'r151054aa', 'r151054b'),
  [`${media}bloody/`]: files('bloody-20261001', 'bloody-20261105'),
  [`${media}r151054/`]: files('r151054', 'r151054z', 'r151054aa'),
};

export const origins: string[] = [origin];
