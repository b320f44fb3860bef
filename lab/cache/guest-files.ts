/** What the guest's root image is made of. A change here makes a new image at the next start. */
export interface ImageContents {
  readonly packages: readonly string[];
  /** Programs, by their path in the package; the shared libraries they need come along. */
  readonly programs: readonly string[];
  /** Programs without shared libraries. */
  readonly staticPrograms: readonly string[];
  /** Other files of the packages. A folder takes everything in it. */
  readonly files: readonly string[];
  readonly modules: readonly string[];
}

/**
 * Kernel modules that the first stage loads: what it needs to mount the root image, and the checksums that drivers of
 * disks look for. A driver that does not find its checksum runs modprobe for it, which takes half a second each.
 */
export const FIRST_STAGE_MODULES = [
  'virtio_pci',
  'virtio_blk',
  'ext4',
  'crc32c_generic',
  'overlay',
  'crct10dif_generic',
  'crc64_rocksoft_generic',
] as const;

/** Loaded by the second stage before it says that the disks are there, by the bus of a disk. */
export const BUS_MODULES = {
  nvme: ['nvme'],
  'virtio-scsi': ['virtio_scsi', 'sd_mod'],
  'virtio-blk': ['virtio_blk'],
  ata: ['ahci', 'sd_mod'],
  usb: ['xhci_pci', 'usb_storage', 'uas', 'sd_mod'],
} as const;

/** Buses whose modules are in every image; those of USB come with the machine that needs them (`usb-modules.ts`). */
const IMAGE_BUSES = ['nvme', 'virtio-scsi', 'virtio-blk', 'ata'] as const;

const BASE: ImageContents = {
  packages: [
    'busybox-static',
    'coreutils',
    'dmsetup',
    'e2fsprogs',
    'fdisk',
    'kmod',
    'mount',
    'smartmontools',
    'udev',
    'util-linux',
  ],
  staticPrograms: ['/bin/busybox'],
  programs: [
    '/bin/dd',
    '/bin/dmesg',
    '/bin/findmnt',
    '/bin/kmod',
    '/bin/lsblk',
    '/bin/mount',
    '/bin/udevadm',
    '/bin/umount',
    '/lib/udev/ata_id',
    '/lib/udev/scsi_id',
    '/sbin/blkdiscard',
    '/sbin/blkid',
    '/sbin/blockdev',
    '/sbin/debugfs',
    '/sbin/dmsetup',
    '/sbin/dumpe2fs',
    '/sbin/e2fsck',
    '/sbin/fdisk',
    '/sbin/losetup',
    '/sbin/mke2fs',
    '/sbin/mkswap',
    '/sbin/sfdisk',
    '/sbin/swapoff',
    '/sbin/swapon',
    '/sbin/wipefs',
    '/usr/bin/flock',
    '/usr/sbin/smartctl',
  ],
  files: [
    '/lib/udev/rules.d/50-udev-default.rules',
    '/lib/udev/rules.d/55-dm.rules',
    '/lib/udev/rules.d/60-block.rules',
    '/lib/udev/rules.d/60-persistent-storage-dm.rules',
    '/lib/udev/rules.d/60-persistent-storage.rules',
    '/lib/udev/rules.d/95-dm-notify.rules',
    '/etc/mke2fs.conf',
  ],
  modules: [
    ...FIRST_STAGE_MODULES,
    ...IMAGE_BUSES.flatMap((bus) => BUS_MODULES[bus]),
    'ata_generic',
    'brd',
    'crc32c_intel',
    'dm-delay',
    'dm-flakey',
    'dm-log-writes',
    'dm-mod',
    'dm-snapshot',
    'libcrc32c',
    'loop',
    'null_blk',
    'scsi_debug',
    'virtio_console',
  ],
};

const TESTS: ImageContents = {
  packages: [...BASE.packages, 'fio'],
  staticPrograms: BASE.staticPrograms,
  programs: [...BASE.programs, '/sbin/badblocks', '/usr/bin/fio'],
  files: BASE.files,
  modules: BASE.modules,
};

const SUITES: ImageContents = {
  packages: [...TESTS.packages, 'btrfs-progs', 'findutils', 'ntfs-3g', 'stress-ng', 'xfsprogs'],
  staticPrograms: TESTS.staticPrograms,
  programs: [
    ...TESTS.programs,
    '/bin/btrfs',
    '/bin/ntfscluster',
    '/sbin/mkfs.btrfs',
    '/sbin/mkfs.xfs',
    '/sbin/mkntfs',
    '/sbin/ntfscp',
    '/sbin/xfs_repair',
    '/usr/bin/find',
    '/usr/bin/stress-ng',
    '/usr/sbin/xfs_db',
    '/usr/sbin/xfs_io',
  ],
  files: TESTS.files,
  modules: [...TESTS.modules, 'btrfs', 'xfs', 'xxhash_generic', 'blake2b_generic'],
};

/**
 * `base` is what the application needs; `tests` adds fio and tools that only tests and benchmarks use; `suites` adds
 * other file systems and stress-ng.
 */
export type ImageFlavour = 'base' | 'tests' | 'suites';

export const IMAGE_CONTENTS: Readonly<Record<ImageFlavour, ImageContents>> = {
  base: BASE,
  tests: TESTS,
  suites: SUITES,
};

/** Names by which programs of the base image are also called, with what they are links to. */
export const PROGRAM_LINKS: Readonly<Record<string, string>> = {
  'usr/bin/udevd': 'udevadm',
  'usr/lib/systemd/systemd-udevd': '../../bin/udevadm',
  'usr/sbin/depmod': '../bin/kmod',
  'usr/sbin/fsck.ext4': 'e2fsck',
  'usr/sbin/insmod': '../bin/kmod',
  'usr/sbin/lsmod': '../bin/kmod',
  'usr/sbin/mkfs.ext4': 'mke2fs',
  'usr/sbin/modinfo': '../bin/kmod',
  'usr/sbin/modprobe': '../bin/kmod',
  'usr/sbin/rmmod': '../bin/kmod',
};

/** Applets of busybox that the guest's scripts and tests call by name. */
export const BUSYBOX_APPLETS = [
  'cat',
  'chmod',
  'cmp',
  'cp',
  'cut',
  'dd',
  'echo',
  'env',
  'false',
  'find',
  'grep',
  'head',
  'hexdump',
  'id',
  'kill',
  'ln',
  'ls',
  'md5sum',
  'mkdir',
  'mknod',
  'mv',
  'od',
  'poweroff',
  'ps',
  'rm',
  'sed',
  'seq',
  'setsid',
  'sh',
  'sha256sum',
  'sleep',
  'sort',
  'stat',
  'stty',
  'sync',
  'tail',
  'tee',
  'test',
  'timeout',
  'touch',
  'tr',
  'true',
  'truncate',
  'uname',
  'usleep',
  'vi',
  'wc',
  'xargs',
] as const;
