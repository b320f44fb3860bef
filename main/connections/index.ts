import type { Connector } from '../ports.ts';
import { LabConnector } from './lab/connector.ts';
import { localConnector } from './local/connector.ts';

/** Where the parts of this installation lie. */
export interface Installation {
  /** The Node binary that runs the helper, here and in the lab. */
  readonly node: string;
  /** The helper as one file. */
  readonly helper: string;
  /** The lab's agent as one file. */
  readonly labAgent: string;
  /** Folder with the boot scripts of the lab's guest. */
  readonly labGuest: string;
  /** Folder of the module's source. */
  readonly moduleSource: string;
  /** Whether this process is root. */
  readonly isRoot: boolean;
}

/** The connections of this program, in the order in which they are shown. */
export function makeConnectors(installation: Installation): Connector[] {
  const { node, helper, labAgent, labGuest, moduleSource, isRoot } = installation;
  return [
    localConnector({ node, helper, isRoot }),
    new LabConnector({
      node,
      helperBundle: helper,
      agentBundle: labAgent,
      guestFolder: labGuest,
      module: { source: moduleSource },
    }),
  ];
}
