import type { OverlayFile } from './cache/initramfs.ts';
import type { ImageFlavour } from './cache/guest-files.ts';
import type { KernelFiles } from './cache/kernel.ts';
import type { DiskOptions } from './disk/options.ts';

/** A step of a lab's start. Steps that find their result in the cache pass at once. */
export interface LabProgress {
  readonly phase: 'kernel' | 'module' | 'image' | 'boot';
  /** A short phrase for people. */
  readonly message: string;
}

export interface LabOptions {
  /** Default: `DEFAULT_DISKS`. The first disk is not special; `main`, `spare`, `bystander` are only names. */
  readonly disks?: readonly DiskOptions[];
  /** Emulated processors; default 2. */
  readonly cpus?: number;
  /** Default 1024. */
  readonly memoryMiB?: number;
  /** `default`, a kernel release that apt has, or files of a kernel of one's own; see `obtainKernel`. */
  readonly kernel?: string | KernelFiles;
  /** The module to build and put in reach of `modprobe`; default `dm-remap` from `kernel/`. Null for none. */
  readonly module?: { readonly source?: string; readonly name?: string; readonly makeArgs?: readonly string[] } | null;
  /**
   * The helper as one file, run in the guest as `node helper.cjs --virtio-port org.remap.helper` and started again
   * whenever it ends. Without it `helper()` is refused.
   */
  readonly helperBundle?: string;
  /**
   * The project's or application's folder: has `kernel` with the module's sources, `lab/guest` with the guest's boot
   * scripts, and the agent as `dist/lab/agent.mjs` where its sources are not there. Default: the one of this file, which
   * is right when running from sources and wrong in a bundle.
   */
  readonly projectFolder?: string;
  /** The Node binary for the guest; default: the one that runs this. */
  readonly node?: string;
  /** `tests` adds fio and more to the guest, `suites` other file systems and stress-ng; default `base`. */
  readonly tools?: ImageFlavour;
  /** Run udev in the guest, as every Debian does; default true. Without it nothing but the lab touches the disks. */
  readonly udev?: boolean;
  /** Run a root shell on the serial console; the machine ends with it. Default false. */
  readonly consoleShell?: boolean;
  /** Files to lay over the guest's root image. */
  readonly guestFiles?: readonly OverlayFile[];
  /** Further words for the kernel's command line; a later word wins over the lab's own. */
  readonly kernelArguments?: readonly string[];
  /** Further arguments for QEMU. */
  readonly qemuArguments?: readonly string[];
  /** `auto`, the default, uses KVM where it works and emulates the processor elsewhere. */
  readonly accelerator?: 'auto' | 'tcg';
  /**
   * A thread for each emulated processor (`multi`), which finds more races, and with which some kernels do not always
   * start; default `single`. With that QEMU 7.2 makes nothing of the guest's memory barriers, and an nvme disk may stand
   * still until the driver resets it: choose `multi` for minutes of load.
   */
  readonly threads?: 'single' | 'multi';
  /** Default: see `cacheFolder`. */
  readonly cache?: string;
  /** Longest time from the machine's start to its being ready; default 120,000. */
  readonly bootTimeoutMs?: number;
  readonly onProgress?: (step: LabProgress) => void;
  readonly signal?: AbortSignal;
}
