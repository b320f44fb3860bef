import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUS_MODULES } from './cache/guest-files.ts';
import { moduleFiles } from './cache/guest-overlay.ts';
import { firstStage, overlayArchive, type OverlayFile } from './cache/initramfs.ts';
import { obtainKernel, type KernelFiles } from './cache/kernel.ts';
import { obtainModule } from './cache/module.ts';
import { cacheFolder } from './cache/paths.ts';
import { obtainRootImage } from './cache/root-image.ts';
import { obtainUsbModules } from './cache/usb-modules.ts';
import type { DiskSettings } from './disk/options.ts';
import { LabError, systemCode } from './errors.ts';
import { obtainAgent } from './guest/bundle.ts';
import type { LabOptions } from './options.ts';

/** Everything a machine is started from. */
export interface Prepared {
  readonly kernel: KernelFiles;
  readonly rootImage: string;
  readonly initramfs: string;
  /** The built module, or undefined when the lab was asked to run without. */
  readonly module: string | undefined;
}

export type Report = (phase: 'kernel' | 'module' | 'image' | 'boot', message: string) => void;

/** Obtains kernel, module and root image, building what is not in the cache, and writes the initramfs to `folder`. */
export async function prepare(
  options: LabOptions,
  disks: readonly DiskSettings[],
  folder: string,
  report: Report,
): Promise<Prepared> {
  const cache = options.cache ?? cacheFolder();
  const { signal } = options;
  const project = options.projectFolder ?? join(import.meta.dirname, '..');
  report('kernel', 'Getting the kernel');
  const selector = options.kernel ?? 'default';
  const kernel = typeof selector === 'string' ? await obtainKernel(selector, { cache, signal }) : selector;
  let module: string | undefined;
  if (options.module !== null) {
    report('module', `Building dm-remap for kernel ${kernel.release}`);
    const { source, name, makeArgs } = { name: 'dm-remap', makeArgs: [], ...options.module };
    const folderOfSource = source ?? join(project, 'kernel');
    module = await obtainModule({ cache, source: folderOfSource, name, kernel, makeArgs, signal });
  }
  report('image', "Making the machine's system");
  const node = options.node ?? process.execPath;
  const root = await obtainRootImage({ cache, kernel, flavour: options.tools ?? 'base', node, signal });
  const usb = disks.some(({ bus }) => bus === 'usb') ? await obtainUsbModules(cache, kernel, signal) : [];
  const guest = join(project, 'lab/guest');
  const agent = await obtainAgent(project, cache);
  const files: OverlayFile[] = [
    ...(await moduleFiles(kernel, root, [...(module === undefined ? [] : [module]), ...usb])),
    { path: 'usr/lib/lab/init', data: await readFile(join(guest, 'init.sh')), executable: true },
    { path: 'usr/lib/lab/agent.mjs', data: agent },
    { path: 'usr/lib/lab/settings', data: settings(disks, options) },
  ];
  if (options.helperBundle !== undefined)
    files.push({ path: 'usr/lib/lab/helper.cjs', data: await helper(options.helperBundle) });
  for (const file of options.guestFiles ?? []) files.push(file);
  const initramfs = join(folder, 'initramfs');
  const first = await firstStage(kernel, root.busybox, join(guest, 'first-stage.sh'));
  await writeFile(initramfs, [first, overlayArchive(files)]);
  return { kernel, rootImage: root.image, initramfs, module };
}

async function helper(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new LabError('bad-option', `There is no helper bundle at ${path}; run: npm run build`, { cause: error });
  }
}

/** What the guest's init needs to know, as a shell file. All values are made here, none comes from outside. */
function settings(disks: readonly DiskSettings[], options: LabOptions): Buffer {
  const modules = new Set<string>(['dm-mod', ...disks.flatMap((disk) => BUS_MODULES[disk.bus])]);
  const lines = [
    `LAB_MODULES="${[...modules].join(' ')}"`,
    `LAB_DISKS=${String(disks.length)}`,
    `LAB_UDEV=${options.udev === false ? 'no' : 'yes'}`,
    `LAB_CONSOLE=${options.consoleShell === true ? 'yes' : 'no'}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}
