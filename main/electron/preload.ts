import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';

import { CALL_CHANNEL, EVENT_CHANNEL } from './channels.ts';

type Listener = (name: string, payload: unknown) => void;

/** All that a page gets: two functions. What they carry is checked by the main process against the bridge's schema. */
contextBridge.exposeInMainWorld('dmRemap', {
  call(name: unknown, params: unknown): Promise<unknown> {
    return ipcRenderer.invoke(CALL_CHANNEL, String(name), params);
  },
  /** Returns the function that ends the subscription. */
  onEvent(listener: Listener): () => void {
    const heard = (_event: IpcRendererEvent, name: string, payload: unknown): void => listener(name, payload);
    ipcRenderer.on(EVENT_CHANNEL, heard);
    return () => void ipcRenderer.removeListener(EVENT_CHANNEL, heard);
  },
});
