import { describe, expect, test } from 'vitest';
import { readGrubMenu } from '../../../../src/disk/boot/grub/read-grub.ts';
import { bootPlaces, type MadeVolume } from '../places.ts';
import { environmentBlock, header, linuxEntry } from './configurations.ts';
import { menuOfText, shownMenu } from './shown-menu.ts';

const uuid = '0a0a0a0a-0000-4000-8000-000000000001';

function grubOf(path: string): string {
  const linux = `${path} root=UUID=${uuid} quiet`;
  return header('0') + linuxEntry({ title: 'Linux', id: 'linux', uuid, linux });
}

describe('subvolumes of Btrfs', () => {
  const snapshot = '/@/.snapshots/1/snapshot';

  test('SUSE: paths begin at the default subvolume, which is a snapshot', async () => {
    const grub = `set btrfs_relative_path="y"\nexport btrfs_relative_path\n${grubOf('/boot/vmlinuz-6.17.9-1-default')}`;
    const disk: MadeVolume = {
      name: 'p3',
      id: 'btrfs',
      uuid,
      root: true,
      defaultSubvolume: snapshot,
      files: {
        [`${snapshot}/boot/grub2/grub.cfg`]: grub.replace('"0"', `"\${saved_entry}"`),
        [`${snapshot}/boot/grub2/grubenv`]: environmentBlock({ saved_entry: 'linux' }),
        '/boot/grub2/grub.cfg': 'menuentry wrong { linux /wrong }\n',
      },
    };
    const stub = `set btrfs_relative_path="yes"
search --fs-uuid --set=root ${uuid}
set prefix=($root)/boot/grub2
source ($root)/boot/grub2/grub.cfg
`;
    const esp: MadeVolume = { isEsp: true, files: { '/EFI/BOOT/grub.cfg': stub } };
    for (const volumes of [[esp, disk], [disk]]) {
      expect(await shownMenu(volumes)).toMatchObject({
        chosen: { kernel: 'p3:/boot/vmlinuz-6.17.9-1-default' },
        warnings: [],
      });
    }
  });

  test('the top level is named if it is not the default', async () => {
    const stub = `search --fs-uuid --set=root ${uuid}\nconfigfile ($root)/@/boot/grub/grub.cfg\n`;
    expect(
      await shownMenu([
        { isEsp: true, files: { '/EFI/x/grub.cfg': stub } },
        {
          name: 'p3',
          id: 'btrfs',
          uuid,
          defaultSubvolume: '/@',
          files: { '/@/boot/grub/grub.cfg': grubOf('/@/boot/vmlinuz-6.1') },
        },
      ]),
    ).toMatchObject({ chosen: { kernel: 'p3@/:/@/boot/vmlinuz-6.1' } });
  });

  test('the root is a subvolume and the top level is the default', async () => {
    expect(
      await shownMenu([
        {
          id: 'btrfs',
          uuid,
          root: '@',
          files: {
            '/@/boot/grub/grub.cfg': grubOf('/@/boot/vmlinuz-6.1').replace('"0"', '"$saved_entry"'),
            '/@/boot/grub/grubenv': environmentBlock({ saved_entry: 'gone' }),
          },
        },
      ]),
    ).toMatchObject({
      chosen: { kernel: 'p1:/@/boot/vmlinuz-6.1' },
      warnings: ['The default "gone" is not an entry of the menu; GRUB starts the first one'],
    });
  });
});

describe('the place of the configuration', () => {
  test('without GRUB there is no menu', async () => {
    const places = bootPlaces([{ root: true, files: { '/boot/vmlinuz-6.1': '' } }]);
    expect(await readGrubMenu(places)).toBeUndefined();
  });

  test('a configuration without entries is a menu without entries', async () => {
    expect(await menuOfText('set timeout=5\n')).toEqual({
      ids: [],
      warnings: ['p1:/boot/grub/grub.cfg has no entry that starts a kernel'],
    });
  });

  test('a stub that leads nowhere is replaced by the configuration in the root, with a warning', async () => {
    expect(
      await shownMenu([
        { isEsp: true, files: { '/EFI/debian/grub.cfg': 'configfile ($root)/gone/grub.cfg\n' } },
        { uuid, root: true, files: { '/boot/grub/grub.cfg': grubOf('/boot/vmlinuz-6.1') } },
      ]),
    ).toMatchObject({
      chosen: { kernel: 'p2:/boot/vmlinuz-6.1' },
      warnings: ['p1:/EFI/debian/grub.cfg has no entry that starts a kernel'],
    });
  });

  test("a vendor's folder is preferred to the common one", async () => {
    const menu = (name: string): string => `menuentry ${name} { linux /${name} }\n`;
    const files = { '/EFI/BOOT/grub.cfg': menu('copy'), '/EFI/debian/grub.cfg': menu('own') };
    expect(await shownMenu([{ isEsp: true, files }])).toMatchObject({ ids: ['own'] });
  });

  test('a whole disk without a table, and logical volumes', async () => {
    expect(
      await shownMenu([
        { name: 'disk', files: { '/boot/grub/grub.cfg': 'menuentry a { linux /boot/a }' } },
      ]),
    ).toMatchObject({ chosen: { kernel: 'disk:/boot/a' } });
    const text = 'menuentry a { linux (lvm/my--group-root)/boot/a\ninitrd /boot/i }';
    expect(
      await shownMenu([
        { isBoot: true, files: { '/grub/grub.cfg': text } },
        { name: 'my-group/root', files: {} },
      ]),
    ).toMatchObject({ chosen: { kernel: 'my-group/root:/boot/a', initrd: ['p1:/boot/i'] } });
  });
});

describe('search sets a variable to a volume', () => {
  const volumes = (command: string): MadeVolume[] => [
    {
      root: true,
      files: { '/boot/grub/grub.cfg': `${command}\nmenuentry a { linux ($it)/a }` },
    },
    { name: 'p7', uuid: 'ABCD-1234', label: 'data', id: 'fat32', files: { '/.mark': '' } },
  ];

  test.for([
    'search --no-floppy --fs-uuid --set=it abcd-1234',
    'search --fs-uuid --set it abcd-1234 --hint hd0,gpt1',
    'search -u abcd-1234 -s it',
    'search --label --set=it data',
    'search --file --set=it /.mark',
    'search.fs_uuid abcd-1234 it hd0,gpt1',
    'search.fs_label data it',
    'search.file /.mark it',
    'search --fs-uuid abcd-1234; set it=$root',
    'search --fs-uuid --set abcd-1234; set it=$root',
    'if search --label gone --set=it; then set it=hd0,gpt1; else set it=hd0,gpt7; fi',
    'set root=(hd0,gpt7); set it=$root',
    'set it=hd0,7',
    'set it=hd0,msdos7',
  ])('%s', async (command) => {
    expect(await shownMenu(volumes(command))).toMatchObject({ chosen: { kernel: 'p7:/a' } });
  });

  test('a volume that is not found changes nothing, and an entry on another disk is left out', async () => {
    const menu = await shownMenu(volumes('set it=hd1,gpt1\nsearch --fs-uuid --set=it gone'));
    expect(menu).toMatchObject({
      ids: [],
      warnings: [
        'The entry "a" names (hd1,gpt1)/a, whose device is not on the disk',
        expect.any(String),
      ],
    });
  });
});
