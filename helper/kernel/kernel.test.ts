import { describe, expect, it } from 'vitest';

import { MAX_KERNEL_MESSAGES, type KernelMessage } from '../../app/domain/kernel-message.ts';
import { addressOf, linesOf } from './address.ts';
import type { KernelDisk } from './disks.ts';
import { parseRecord } from './record.ts';
import { KernelSaid } from './said.ts';
import { accessTo } from './watch.ts';

const SATA = '/sys/devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0/block/sda';
const USB = '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4/1-2.4:1.0/host6/target6:0:0/6:0:0:0/block/sdb';
const NVME = '/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1';
const VIRTIO = '/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda';
const VIRTIO_SCSI = '/sys/devices/pci0000:00/0000:00:04.0/virtio3/host0/target0:0:1/0:0:1:0/block/sdc';
const CARD = '/sys/devices/platform/mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0';

describe('where a disk is', () => {
  it('is read from sysfs', () => {
    expect(addressOf(SATA, ['254:0'])).toEqual({
      name: 'sda',
      scsi: '2:0:0:0',
      ownHost: 'host2',
      ata: { port: 'ata3', device: 'ata3.00' },
      nvme: null,
      usb: null,
      mmc: null,
      mappings: ['254:0'],
    });
    expect(addressOf(USB, [])).toMatchObject({ scsi: '6:0:0:0', ownHost: 'host6', usb: '1-2.4', ata: null });
    expect(addressOf(NVME, [])).toMatchObject({ name: 'nvme0n1', nvme: 'nvme0', scsi: null });
    expect(addressOf(CARD, [])).toMatchObject({ name: 'mmcblk0', mmc: 'mmc0' });
    // A host adapter with many disks is none of theirs.
    expect(addressOf(VIRTIO_SCSI, [])).toMatchObject({ scsi: '0:0:1:0', ownHost: null });
  });

  it('tells disks behind a port multiplier and on one cable apart', () => {
    expect(addressOf(SATA.replace('2:0:0:0', '2:3:0:0'), []).ata?.device).toBe('ata3.03');
    expect(addressOf(SATA.replace('2:0:0:0', '2:0:1:0'), []).ata?.device).toBe('ata3.01');
  });
});

describe('lines about a disk', () => {
  const sata = linesOf(addressOf(SATA, ['254:0']));
  const usb = linesOf(addressOf(USB, []));
  const nvme = linesOf(addressOf(NVME, []));

  it.each([
    'ata3.00: exception Emask 0x0 SAct 0x40000 SErr 0x0 action 0x0',
    'ata3: hard resetting link',
    'sd 2:0:0:0: [sda] tag#18 Sense Key : Medium Error [current]',
    'scsi host2: ahci',
    'blk_update_request: I/O error, dev sda, sector 2048 op 0x0:(READ)',
    'critical medium error, dev sda, sector 2048 op 0x0:(READ) flags 0x0',
    'Buffer I/O error on dev sda1, logical block 0, async page read',
    'EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm ls',
    'XFS (sda1): metadata I/O error',
    'sda: sda1 sda2',
  ])('%s', (text) => {
    expect(sata(text)).toBe('about');
    expect([usb(text), nvme(text)]).toEqual(['none', 'none']);
  });

  it.each([
    'sd 12:0:0:0: [sdaa] Sense Key : Medium Error',
    'critical medium error, dev sdaa, sector 2048',
    'ata30: hard resetting link',
    'ata3.01: failed command: READ DMA',
    'device-mapper: remap: 254:01: main is gone',
    'device-mapper: remap: 8:0: main is gone',
    'EXT4-fs error (device sdab1): bad',
    // What a device calls itself.
    'usb 1-2.4: Product: critical medium error, dev sda, sector 7',
    'usb 1-2.4: Manufacturer: ata3.00: exception',
  ])('not %s', (text) => {
    expect(sata(text)).toBe('none');
  });

  it('are found on other buses', () => {
    expect(usb('usb 1-2.4: reset SuperSpeed USB device number 5 using xhci_hcd')).toBe('about');
    expect(usb('usb-storage 1-2.4:1.0: USB Mass Storage device detected')).toBe('about');
    expect(usb('usb 1-2: reset SuperSpeed USB device number 4')).toBe('none');
    expect(nvme('nvme nvme0: I/O 7 QID 1 timeout, aborting')).toBe('about');
    expect(nvme('nvme0n1: Read(0x2) @ LBA 0, 8 blocks, Unrecovered Read Error (sct 0x2 / sc 0x81)')).toBe('about');
    expect(nvme('critical medium error, dev nvme0n1, sector 0')).toBe('about');
    expect(nvme('nvme nvme01: I/O 7 QID 1 timeout, aborting')).toBe('none');
    expect(linesOf(addressOf(VIRTIO, []))('virtio_blk virtio1: [vda] new size')).toBe('about');
    expect(linesOf(addressOf(CARD, []))('mmcblk0: error -110 sending status command')).toBe('about');
  });

  it('are those of the mappings over it too', () => {
    expect(sata('device-mapper: remap: 254:0: main is gone')).toBe('mapping');
  });

  it('begin with the device that is in the place now', () => {
    expect(sata('scsi 2:0:0:0: Direct-Access     ATA      WDC WD20EZRX PQ: 0 ANSI: 5')).toBe('first');
    expect(usb('usb 1-2.4: new SuperSpeed USB device number 5 using xhci_hcd')).toBe('first');
    expect(nvme('nvme nvme0: pci function 0000:01:00.0')).toBe('first');
  });
});

describe('a record', () => {
  it('has its level, its time and its text', () => {
    expect(parseRecord('<3>[   12.000345] critical medium error, dev sda, sector 9')).toEqual({
      level: 'err',
      microseconds: 12_000_345,
      text: 'critical medium error, dev sda, sector 9',
    });
    expect(parseRecord('<14>[123456.789012] x')?.level).toBe('info');
  });

  it('is none without its beginning', () => {
    for (const line of ['', ' SUBSYSTEM=scsi', '[ 1.000000] x', '<x>[ 1.000000] x', '<3>[1] x']) {
      expect(parseRecord(line)).toBeNull();
    }
  });

  it('keeps nothing that a terminal or a page would follow', () => {
    expect(parseRecord('<3>[    1.000000] sda: \u001b[2J\u202Eevil\u2028')?.text).toBe(
      'sda: \uFFFD[2J\uFFFDevil\uFFFD',
    );
    expect(parseRecord(`<3>[    1.000000] ${'x'.repeat(10_000)}`)?.text).toHaveLength(500);
  });
});

describe('what was said', () => {
  const disk = (devno: string, folder: string, mappings: string[] = [], sequence = ''): KernelDisk => ({
    devno,
    identity: `${folder} ${sequence}`,
    address: addressOf(folder, mappings),
  });
  const say = (text: string): KernelMessage => ({ milliseconds: 1, level: 'err', text });
  const textsOf = (said: KernelSaid): Record<string, string[]> =>
    Object.fromEntries(said.news().map(({ devno, messages }) => [devno, messages.map(({ text }) => text)]));

  it('is told of the disk it is about, once, the newest lines only', () => {
    const said = new KernelSaid();
    said.disks([disk('8:0', SATA), disk('8:16', USB)]);
    expect(textsOf(said)).toEqual({ '8:0': [], '8:16': [] });
    said.add(say('ata3: hard resetting link'), true);
    said.add(say('systemd[1]: Started x'), true);
    expect(textsOf(said)).toEqual({ '8:0': ['ata3: hard resetting link'] });
    expect(said.hasNews).toBe(false);
    for (let sector = 0; sector < 5000; sector += 1)
      said.add(say(`critical medium error, dev sda, sector ${sector}`), true);
    const [told] = said.news();
    expect(told?.messages).toHaveLength(MAX_KERNEL_MESSAGES);
    expect(told?.messages.at(-1)?.text).toBe('critical medium error, dev sda, sector 4999');
  });

  it('before a disk was found is told of it all the same', () => {
    const said = new KernelSaid();
    said.disks([disk('8:0', SATA)]);
    said.add(say('ata3: early'), true);
    said.add(say('usb 1-2.4: new SuperSpeed USB device number 5 using xhci_hcd'), true);
    said.disks([disk('8:0', SATA), disk('8:16', USB)]);
    expect(textsOf(said)).toEqual({
      '8:0': ['ata3: early'],
      '8:16': ['usb 1-2.4: new SuperSpeed USB device number 5 using xhci_hcd'],
    });
  });

  it('of a mapping is told from when it is known: its number may have been of another one', () => {
    const line = (text: string): string => `device-mapper: remap: 254:0: ${text}`;
    const said = new KernelSaid();
    said.disks([disk('8:0', SATA, ['254:0'])]);
    said.add(say(line('of an earlier one')), false);
    said.add(say(line('halted')), true);
    expect(textsOf(said)).toEqual({ '8:0': [line('halted')] });
    said.disks([disk('8:0', SATA, ['254:0', '254:1']), disk('8:16', USB, ['254:0'])]);
    expect(textsOf(said)).toEqual({ '8:0': [line('halted')], '8:16': [] });
  });

  it('of another disk that had the place before is not told', () => {
    const said = new KernelSaid();
    said.disks([disk('8:0', SATA, [], '1')]);
    said.add(say('critical medium error, dev sda, sector 1'), true);
    said.add(say('scsi 2:0:0:0: Direct-Access     ATA      NEW'), true);
    said.disks([disk('8:0', SATA, [], '2')]);
    expect(textsOf(said)).toEqual({ '8:0': ['scsi 2:0:0:0: Direct-Access     ATA      NEW'] });
    said.disks([]);
    expect(textsOf(said)).toEqual({ '8:0': [] });
    expect(said.hasNews).toBe(false);
  });
});

it('the log is not followed where it may not be read or is not there', () => {
  expect(accessTo('/dev/null')).toEqual({ state: 'followed' });
  expect(accessTo('/nowhere/kmsg')).toEqual({ state: 'unavailable', detail: '/nowhere/kmsg: ENOENT' });
});
