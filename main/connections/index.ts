import { join } from 'node:path';

import type { Connector } from '../ports.ts';
import { LabConnector } from './lab/connector.ts';
import { localConnector } from './local/connector.ts';

/** Where the parts of this installation lie. */
export interface Installation {
  /** Folder of the program: a source tree, or the resources of a package, which are laid out alike. */
  readonly folder: string;
  /** The Node binary that runs the helper, here and in the lab. */
  readonly node: string;
  /** Whether this process is root. */
  readonly isRoot: boolean;
}

/** The one script that runs as root. */
export function helperPath({ folder }: Installation): string {
  return join(folder, 'dist/helper/helper.cjs');
}

/** The connections of this program, in the order in which they are shown. */
export function makeConnectors(installation: Installation): Connector[] {
  const { folder, node, isRoot } = installation;
  const helper = helperPath(installation);
  return [
    localConnector({ node, helper, isRoot }),
    new LabConnector({ node, helperBundle: helper, projectFolder: folder }),
  ];
}
