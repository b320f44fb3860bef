// Debian packages, found missing by the file that is needed and not by name, so that other ways to have it count too.
import { existsSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';

import { run, say, SetupError, step } from './ui.mjs';

/** What each command needs: a package, and a file by which it is known to be there. */
export const aptPackages = {
  lab: [
    { name: 'qemu-system-x86', file: '/usr/bin/qemu-system-x86_64' },
    { name: 'gcc', file: '/usr/bin/gcc' },
    { name: 'make', file: '/usr/bin/make' },
    { name: 'e2fsprogs', file: '/sbin/mkfs.ext4' },
    { name: 'xz-utils', file: '/usr/bin/xz' },
    // The kernel's own build tools, unpacked and not installed, use these two.
    { name: 'libelf1', file: '/usr/lib/x86_64-linux-gnu/libelf.so.1' },
    { name: 'libssl3', file: '/usr/lib/x86_64-linux-gnu/libssl.so.3' },
  ],
  test: [
    { name: 'chromium', file: '/usr/bin/chromium' },
    { name: 'sparse', file: '/usr/bin/sparse' },
    { name: 'perl', file: '/usr/bin/perl' },
    { name: 'coccinelle', file: '/usr/bin/spatch' },
    // Some of the kernel's semantic patches have parts in OCaml, which are compiled when they are used.
    { name: 'ocaml', file: '/usr/bin/ocamlopt' },
  ],
};

const PREFIX = ['DEBIAN_FRONTEND=noninteractive', 'apt-get'];
const INSTALL = ['install', '-y', '--no-install-recommends'];

/** Installs the packages whose file is missing: as root at once, with sudo after asking, else says the exact line. */
export async function ensureApt(packages) {
  const missing = packages.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  if (missing.length === 0 && hasPackageLists()) return;
  const install =
    missing.length === 0 ? '' : ` && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const line = `sudo apt-get update${install}`;
  const remedy = `Run: ${line}`;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new SetupError(
      `Needed here and missing: ${missing.join(', ')} (names as in Debian).`,
      'Install them with the package manager of this system, then run the same command again.',
    );
  }
  const prefix = await rootPrefix(missing, remedy);
  const tty = prefix.length > 0;
  const options = { tty, sentence: 'Debian packages could not be installed.', remedy };
  const [file, ...before] = [...prefix, 'env', ...PREFIX];
  const title =
    missing.length === 0 ? 'Fetching the package lists' : `Installing Debian packages: ${missing.join(', ')}`;
  await step(title, async () => {
    await run(file, [...before, '-q', 'update'], options);
    if (missing.length > 0) await run(file, [...before, '-q', ...INSTALL, ...missing], options);
  });
}

/** The lab fetches its kernel with apt, which knows of packages only by its lists. */
function hasPackageLists() {
  const folder = '/var/lib/apt/lists';
  return (
    !existsSync('/usr/bin/apt-get') || (existsSync(folder) && readdirSync(folder).some((f) => f.includes('_Packages')))
  );
}

/** How to become root: nothing when already root, sudo after a yes. */
async function rootPrefix(missing, remedy) {
  if (process.getuid?.() === 0) return [];
  const sentence = `Needed here and missing: ${missing.length === 0 ? "apt's package lists" : missing.join(', ')}.`;
  if (!existsSync('/usr/bin/sudo') || !process.stdin.isTTY) throw new SetupError(sentence, remedy);
  say(sentence);
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await ask.question('Install them now with sudo? [Y/n] ');
  ask.close();
  if (!/^(y|yes|)$/i.test(answer.trim())) throw new SetupError('Not installed.', remedy);
  return ['/usr/bin/sudo'];
}
