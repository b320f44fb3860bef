/** Under which names the kernel writes of a disk. null or empty where it has none of a kind. */
export interface DiskAddress {
  /** `sda`, `nvme0n1`. */
  readonly name: string;
  /** `2:0:0:0`. */
  readonly scsi: string | null;
  /** SCSI host that is this disk's alone, as ata ports and USB bridges have one: `host2`. */
  readonly ownHost: string | null;
  /** `ata3` and `ata3.00`. */
  readonly ata: { readonly port: string; readonly device: string } | null;
  /** Controller: `nvme0`. */
  readonly nvme: string | null;
  /** Port of a USB bridge: `1-2.4`. */
  readonly usb: string | null;
  /** `mmc0`. */
  readonly mmc: string | null;
  /** Mappings over the disk or its partitions as the target calls them in its lines, by device number: `254:0`. */
  readonly mappings: readonly string[];
}

/**
 * Address of a whole disk from where it is in sysfs.
 *
 * @param folder - of the disk, links resolved: `/sys/devices/pci…/ata3/host2/target2:0:0/2:0:0:0/block/sda`
 */
export function addressOf(folder: string, mappings: readonly string[]): DiskAddress {
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  const found = (part: RegExp): string | null => part.exec(folder)?.[1] ?? null;
  const scsi = found(/\/(\d+:\d+:\d+:\d+)\/block\//);
  const port = found(/\/(ata\d+)\//);
  const usb = found(/.*\/usb\d+\/(?:.*\/)?(\d+-[\d.]+)\//);
  const [, channel = '0', id = '0'] = scsi?.split(':') ?? [];
  // libata: a disk behind a port multiplier is told apart by its channel, one of two on a cable by its number.
  const device = String(Number(channel) + Number(id)).padStart(2, '0');
  return {
    name,
    scsi,
    ownHost: port === null && usb === null ? null : found(/\/(host\d+)\//),
    ata: port === null ? null : { port, device: `${port}.${device}` },
    nvme: found(/\/(nvme\d+)\/nvme\d+(?:c\d+)?n\d+$/),
    usb,
    mmc: found(/\/mmc_host\/(mmc\d+)\//),
    mappings,
  };
}

/**
 * What a line of the kernel log is to a disk: about it, about a mapping over it, or the first of a device that took its
 * place. A mapping's number is soon another one's: of old lines nobody knows which one they mean.
 */
export type LineOf = (text: string) => 'none' | 'about' | 'mapping' | 'first';

/**
 * Tells the lines about one disk. The forms that the kernel's drivers give their lines are looked for where they begin,
 * and nowhere else: what a device says of itself stands further on, and could name another one.
 */
export function linesOf(address: DiskAddress): LineOf {
  const { scsi, ownHost, ata, nvme, usb, mmc, mappings } = address;
  const name = escaped(address.name);
  const part = `${name}(?:p?\\d+)?`;
  const about = [
    // The block layer, buffers, file systems (`EXT4-fs error (device sda1): …`), the partition table.
    `(?:\\w+: )?[\\w/ -]*error, dev ${name},`,
    `Buffer I/O error on dev(?:ice)? ${part},`,
    `[\\w-]+(?: \\w+)* \\((?:device )?${part}\\):? `,
    `${part}: `,
    `virtio_blk \\w+: \\[${name}\\] `,
    ...(scsi === null ? [] : [`(?:sd|scsi|sr|ses|sg|st) ${scsi}: `]),
    ...(ownHost === null ? [] : [`scsi ${ownHost}: `]),
    ...(ata === null ? [] : [`${ata.port}: `, `${escaped(ata.device)}: `]),
    ...(nvme === null ? [] : [`nvme ${nvme}: `]),
    ...(usb === null ? [] : [`(?:usb|usb-storage|uas) ${escaped(usb)}(?::[\\d.]+)?: `]),
    ...(mmc === null ? [] : [`${mmc}: `]),
  ];
  const first = [
    `virtio_blk \\w+: \\[${name}\\] \\d+ \\d+-byte logical blocks`,
    ...(scsi === null || usb !== null ? [] : [`scsi ${scsi}: (?:Direct-Access|Optical Device|Host-Managed)`]),
    ...(nvme === null ? [] : [`nvme ${nvme}: pci function `]),
    ...(usb === null ? [] : [`usb ${escaped(usb)}: new \\S+ USB device `]),
  ];
  const isAbout = new RegExp(`^(?:${about.join('|')})`);
  const isFirst = new RegExp(`^(?:${first.join('|')})`);
  const ofMappings = mappings.map((devno) => `device-mapper: remap: ${devno}: `);
  return (text) => {
    if (isFirst.test(text)) return 'first';
    if (isAbout.test(text)) return 'about';
    return ofMappings.some((start) => text.startsWith(start)) ? 'mapping' : 'none';
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
