import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Apt } from './apt.ts';
import { buildOnce } from './build-once.ts';
import type { KernelFiles } from './kernel.ts';
import { collectModules } from './modules.ts';

/** Drivers of the host controller and of both kinds of USB disk. */
export const USB_MODULES = ['xhci_pci', 'usb_storage', 'uas'] as const;

/**
 * The modules that a USB disk needs, with all they depend on: paths of the files. They are in no image, since only tests
 * of USB bridges need them, and are taken from the kernel's package the first time.
 */
export async function obtainUsbModules(
  cache: string,
  kernel: KernelFiles,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const { release, version } = kernel;
  const folder = join(cache, 'usb-modules', `${release}-${version.replace(/[^\w.+~-]/g, '_')}`);
  await buildOnce(
    folder,
    async (temporary) => {
      const unpacked = join(temporary, 'package');
      await new Apt({ signal }).unpack([`linux-image-${release}`], unpacked);
      const whole = { ...kernel, modules: join(unpacked, 'lib/modules', release) };
      const modules = await collectModules(whole, USB_MODULES);
      await mkdir(join(temporary, 'modules'));
      for (const { name, data } of modules) await writeFile(join(temporary, 'modules', `${name}.ko`), data);
      for (const path of [unpacked, `${unpacked}.debs`]) await rm(path, { recursive: true, force: true });
    },
    signal,
  );
  const names = await readdir(join(folder, 'modules'));
  return names.sort().map((name) => join(folder, 'modules', name));
}
