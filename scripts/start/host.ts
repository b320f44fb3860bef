import { execFile } from 'node:child_process';

export interface HostFacts {
  readonly electronBinary: string;
  /** Electron's own script that downloads its binary. */
  readonly electronInstaller: string;
  readonly exists: (path: string) => boolean;
  readonly isRoot: boolean;
  readonly hasDisplay: boolean;
  /** Runs the installer; false when it did not succeed in time. Replaced in tests. */
  readonly install?: (installer: string) => Promise<boolean>;
}

export type Host =
  | { readonly kind: 'electron'; readonly binary: string }
  /** `reason`: one line that says why there is no window of its own. */
  | { readonly kind: 'web'; readonly reason: string | null };

/** A download that has not finished by then is given up: the browser serves as well, and waiting tells nobody anything. */
const INSTALL_LIMIT_MS = 60_000;

/** Which host `npm start` opens: Electron where it can run and can be had, else the browser. */
export async function chooseHost(facts: HostFacts): Promise<Host> {
  if (facts.isRoot) return web('Opening in the browser: a desktop window must not run as root.');
  if (!facts.hasDisplay) return web('Opening in the browser: there is no display here for a desktop window.');
  if (facts.exists(facts.electronBinary)) return { kind: 'electron', binary: facts.electronBinary };
  const install = facts.install ?? runInstaller;
  if ((await install(facts.electronInstaller)) && facts.exists(facts.electronBinary)) {
    return { kind: 'electron', binary: facts.electronBinary };
  }
  return web('Opening in the browser: Electron could not be downloaded here.');
}

function web(reason: string): Host {
  return { kind: 'web', reason };
}

function runInstaller(installer: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(process.execPath, [installer], { timeout: INSTALL_LIMIT_MS, killSignal: 'SIGKILL' }, (error) =>
      resolve(error === null),
    );
  });
}
