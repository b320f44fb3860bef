import { existsSync } from 'node:fs';
import type { DiskDevices } from './devices.ts';
import { SCSI_CONTROLLER, USB_CONTROLLER } from './devices.ts';
import { toJson, type Properties } from './json.ts';

export interface MachineOptions {
  readonly kernelImage: string;
  readonly initramfs: string;
  readonly rootImage: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Words for the kernel's command line, after the lab's own. */
  readonly kernelArguments: readonly string[];
  /** `kvm` uses the processor itself, `tcg` emulates one. */
  readonly accelerator: 'kvm' | 'tcg';
  /** `multi` runs each emulated processor in a thread of its own; see `thread=single` in `machineArguments`. */
  readonly threads: 'single' | 'multi';
  /** Further arguments for QEMU, such as `-icount` for benchmarks. */
  readonly qemuArguments: readonly string[];
  readonly disks: readonly DiskDevices[];
  readonly hasScsi: boolean;
  readonly hasUsb: boolean;
  readonly sockets: MachineSockets;
}

/** Paths of the Unix sockets of a machine. The lab listens on `monitor`, QEMU on the ports. */
export interface MachineSockets {
  readonly monitor: string;
  readonly helper: string;
  readonly agent: string;
  readonly nbd: string;
}

export const HELPER_PORT = 'org.remap.helper';
export const AGENT_PORT = 'org.remap.lab';

/** Starts the unpacked kernel a good part of a second sooner than the usual firmware. */
const FAST_FIRMWARE = '/usr/share/qemu/qboot.rom';

const KERNEL_ARGUMENTS = [
  'console=ttyS0',
  'quiet',
  'loglevel=4',
  // An oops ends the machine instead of leaving one that half works.
  'oops=panic',
  'panic=-1',
  // A failed request reaches the disk once, as on drives that mark their errors as final.
  'nvme_core.max_retries=0',
  // With it a disk that is gone makes requests wait for another path instead of failing.
  'nvme_core.multipath=N',
  'mitigations=off',
  // The self-tests of the kernel's ciphers take an emulated processor 0.4 s.
  'cryptomgr.notests',
  // QEMU's counter never stops, which it does not say; the kernel would read the slow clock of a board instead.
  'tsc=reliable',
  'audit=0',
  'apparmor=0',
  'selinux=0',
];

function device(properties: Properties): string[] {
  return ['-device', toJson(properties)];
}

/**
 * Every feature, but: with five-level page tables some kernels do not start; with fast string instructions the kernel
 * clears and copies pages byte by byte, which an emulated processor does one by one; and guarding each access to user
 * memory is work for it too.
 */
const PROCESSOR = 'max,la57=off,erms=off,fsrm=off,smap=off';

function accelerator(options: MachineOptions): string {
  return options.accelerator === 'kvm' ? 'kvm' : `tcg,thread=${options.threads}`;
}

/** The arguments of QEMU, without the program's name. */
export function machineArguments(options: MachineOptions): string[] {
  const { sockets } = options;
  const root = { driver: 'file', filename: options.rootImage, 'node-name': 'root', 'read-only': true };
  const socket = (id: string, path: string, server: boolean): string[] => [
    '-chardev',
    `socket,id=${id},path=${path},server=${server ? 'on,wait=off' : 'off'}`,
  ];
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-nic', 'none'],
    // One thread for all emulated processors: with a thread each, some boots of newer kernels die early.
    ...['-machine', 'q35', '-accel', accelerator(options), '-cpu', PROCESSOR],
    ...['-smp', String(options.cpus), '-m', String(options.memoryMiB)],
    ...(existsSync(FAST_FIRMWARE) ? ['-bios', FAST_FIRMWARE] : []),
    ...['-kernel', options.kernelImage, '-initrd', options.initramfs],
    ...['-append', [...KERNEL_ARGUMENTS, ...options.kernelArguments].join(' ')],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...socket('monitor', sockets.monitor, false),
    ...['-mon', 'chardev=monitor,mode=control'],
    ...['-blockdev', toJson(root)],
    ...device({ driver: 'virtio-blk-pci', drive: 'root', serial: 'LABROOT' }),
    ...device({ driver: 'virtio-serial-pci', id: 'serial' }),
    ...socket('helper', sockets.helper, true),
    ...device({ driver: 'virtserialport', id: 'helper-port', chardev: 'helper', name: HELPER_PORT }),
    ...socket('agent', sockets.agent, true),
    ...device({ driver: 'virtserialport', id: 'agent-port', chardev: 'agent', name: AGENT_PORT }),
    ...(options.hasScsi ? device({ driver: 'virtio-scsi-pci', id: SCSI_CONTROLLER }) : []),
    ...(options.hasUsb ? device({ driver: 'qemu-xhci', id: USB_CONTROLLER, p2: 15, p3: 15 }) : []),
    ...options.disks.flatMap(({ nodes }) => nodes.flatMap((node) => ['-blockdev', toJson(node)])),
    ...options.disks.flatMap(({ fixed, removable, late }) => [
      ...fixed.flatMap(device),
      ...(removable === undefined ? [] : device(removable)),
      ...late.flatMap(device),
    ]),
    ...options.qemuArguments,
  ];
}
