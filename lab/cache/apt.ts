import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { run } from '../process.ts';

export interface AptOptions {
  /** Extra `apt-get` and `apt-cache` arguments, such as `-o Dir::State=...` for another suite's package lists. */
  readonly aptArgs?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

const PACKAGE_NAME = /^[a-z0-9][a-z0-9+.-]+$/;

/** Asks the system's package lists and fetches packages, as an ordinary user, without installing anything. */
export class Apt {
  readonly #args: readonly string[];
  readonly #signal: AbortSignal | undefined;

  constructor(options: AptOptions = {}) {
    this.#args = options.aptArgs ?? [];
    this.#signal = options.signal;
  }

  /** The names of the packages that `name` depends on in its newest version; empty when apt does not know it. */
  async dependsOf(name: string): Promise<string[]> {
    const shown = await run('apt-cache', [...this.#args, 'show', '--no-all-versions', name], { signal: this.#signal });
    const depends = /^Depends: (.*)$/m.exec(shown.stdout)?.[1];
    if (depends === undefined) return [];
    return depends.split(',').map((part) => part.trim().split(/[ (:|]/)[0] ?? '');
  }

  /** The version that would be fetched, or undefined when apt does not know the package. */
  async versionOf(name: string): Promise<string | undefined> {
    const shown = await run('apt-cache', [...this.#args, 'show', '--no-all-versions', name], { signal: this.#signal });
    return /^Version: (\S+)$/m.exec(shown.stdout)?.[1];
  }

  /** Every package that `names` need, themselves included. Virtual packages are left out. */
  async closureOf(names: readonly string[]): Promise<string[]> {
    const without = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
      (kind) => `--no-${kind}`,
    );
    const args = [...this.#args, 'depends', '--recurse', ...without, ...names];
    const listed = await run('apt-cache', args, { signal: this.#signal });
    if (listed.code !== 0) throw unavailable(names, listed.stderr);
    return [...new Set(listed.stdout.split('\n').filter((line) => PACKAGE_NAME.test(line)))].sort();
  }

  /** Fetches packages and unpacks them over each other into `folder`. */
  async unpack(names: readonly string[], folder: string): Promise<void> {
    const downloads = `${folder}.debs`;
    await mkdir(downloads, { recursive: true });
    await mkdir(folder, { recursive: true });
    const fetched = await run('apt-get', [...this.#args, 'download', '-q', ...names], {
      cwd: downloads,
      signal: this.#signal,
    });
    if (fetched.code !== 0) throw unavailable(names, fetched.stderr);
    for (const file of (await readdir(downloads)).filter((name) => name.endsWith('.deb'))) {
      const unpacked = await run('dpkg', ['-x', join(downloads, file), folder], { signal: this.#signal });
      if (unpacked.code !== 0) {
        throw new LabError('package-unavailable', `The package ${file} could not be unpacked; is the disk full?`, {
          detail: unpacked.stderr,
        });
      }
    }
  }
}

function unavailable(names: readonly string[], detail: string): LabError {
  const wanted = names.length > 4 ? `${names.slice(0, 4).join(', ')} and others` : names.join(', ');
  return new LabError(
    'package-unavailable',
    `apt could not fetch ${wanted}; check the network, then run: apt-get update`,
    { detail },
  );
}
