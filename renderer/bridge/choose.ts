import type { Bridge } from '../../app/bridge/schema.ts';
import { ElectronBridge, findPreload } from './electron.ts';
import { browserPorts, SocketBridge } from './socket.ts';

/** The preload's functions where there are any (Electron), the socket of the page's own origin otherwise. */
export function chooseBridge(window: Window): Bridge {
  const preload = findPreload(window);
  return preload === null ? new SocketBridge(browserPorts(window.location)) : new ElectronBridge(preload);
}
