import type { IpcMain, WebContents, WebFrameMain } from 'electron';

import type { Answer } from '../../app/bridge/schema.ts';
import { appError } from '../../app/errors.ts';
import type { Broker } from '../broker/broker.ts';
import type { Log } from '../ports.ts';
import { CALL_CHANNEL } from './channels.ts';
import { PAGE_ORIGIN } from './scheme.ts';

/** The part of an ipc event by which its sender is known. */
export interface Sender {
  readonly sender: Pick<WebContents, 'mainFrame'>;
  readonly senderFrame: Pick<WebFrameMain, 'origin'> | null;
}

/** Whether a message comes from our own page itself, not from a frame in it and not from another page. */
export function isOurPage({ sender, senderFrame }: Sender): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && senderFrame.origin === PAGE_ORIGIN;
}

/** The one way from a page to the broker. Names and parameters are checked against the bridge's schema by the broker. */
export function openGate(ipcMain: Pick<IpcMain, 'handle'>, broker: Pick<Broker, 'answer'>, log: Log): void {
  ipcMain.handle(CALL_CHANNEL, async (event, name: unknown, params: unknown): Promise<Answer> => {
    if (!isOurPage(event)) {
      log.error({ origin: event.senderFrame?.origin ?? null }, 'a message of a foreign frame was refused');
      return refused('A message came from a page that is not part of this program.');
    }
    if (typeof name !== 'string') return refused('A message came that names no request.');
    return broker.answer(name, params);
  });
}

function refused(sentence: string): Answer {
  return { ok: false, error: appError('bad-request', sentence, 'Start the program again.').data };
}
