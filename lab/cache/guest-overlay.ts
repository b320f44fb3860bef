import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { LabError } from '../errors.ts';
import { run } from '../process.ts';
import type { OverlayFile } from './initramfs.ts';
import type { KernelFiles } from './kernel.ts';
import type { RootImage } from './root-image.ts';

/**
 * The files that make `modprobe` find the image's modules and those built here: the modules themselves, and the
 * indices of depmod over both.
 */
export async function moduleFiles(
  kernel: KernelFiles,
  root: RootImage,
  modules: readonly string[],
): Promise<OverlayFile[]> {
  const scratch = await mkdtemp(join(tmpdir(), `dmr-${randomUUID().slice(0, 8)}`));
  try {
    const folder = join(scratch, 'lib/modules', kernel.release);
    await cp(join(root.moduleTree, 'lib/modules', kernel.release), folder, { recursive: true });
    await mkdir(join(folder, 'updates'));
    for (const module of modules) await cp(module, join(folder, 'updates', basename(module)));
    const [loader = '', ...args] = root.depmod;
    const indexed = await run(loader, [...args, '-b', scratch, kernel.release]);
    if (indexed.code !== 0) {
      throw new LabError('image-build-failed', 'depmod failed for the lab; delete the images folder of its cache.', {
        detail: indexed.stderr,
      });
    }
    const names = (await readdir(folder)).filter((name) =>
      /^modules\.(dep|alias|softdep|symbols|builtin)(\.alias)?(\.bin)?$/.test(name),
    );
    names.push(...modules.map((module) => join('updates', basename(module))));
    const prefix = join('usr/lib/modules', kernel.release);
    return await Promise.all(
      names.map(async (name) => ({ path: join(prefix, name), data: await readFile(join(folder, name)) })),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
