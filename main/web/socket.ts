import { WebSocket, WebSocketServer } from 'ws';

import { MAX_SOCKET_FRAME_BYTES, socketRequestSchema, type Answer } from '../../app/bridge/schema.ts';
import type { Broker } from '../broker/broker.ts';
import type { Log } from '../ports.ts';

/** Requests of one page under way at once; a page of ours asks for a few dozen at most. */
const MOST_OUTSTANDING = 256;
/** A page that is this many bytes behind is cut off: it connects again and starts from the snapshot. */
const MOST_BUFFERED_BYTES = 32 * 1024 * 1024;
/** Close codes of RFC 6455. */
const PROTOCOL_VIOLATED = 1002;
const POLICY_VIOLATED = 1008;

export function makeSocketServer(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: MAX_SOCKET_FRAME_BYTES,
    perMessageDeflate: false,
  });
}

/** Carries the bridge over one socket: requests in, answers and patches out. */
export function serveSocket(socket: WebSocket, broker: Broker, log: Log): void {
  let outstanding = 0;

  const send = (message: object): void => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > MOST_BUFFERED_BYTES) {
      log.warn({ bytes: socket.bufferedAmount }, 'a page does not read what it is sent: cut off');
      socket.terminate();
      return;
    }
    socket.send(JSON.stringify(message));
  };
  const stopPatches = broker.onPatch((payload) => send({ event: 'patch', payload }));

  const take = async (text: string): Promise<void> => {
    const request = socketRequestSchema.safeParse(parseJson(text));
    if (!request.success) {
      socket.close(PROTOCOL_VIOLATED, 'not a request');
      return;
    }
    if (outstanding >= MOST_OUTSTANDING) {
      socket.close(POLICY_VIOLATED, 'too many requests at once');
      return;
    }
    outstanding += 1;
    const { id, name, params } = request.data;
    const answer: Answer = await broker.answer(name, params);
    outstanding -= 1;
    send({ id, answer });
  };

  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) socket.close(PROTOCOL_VIOLATED, 'not text');
    else void take(data.toString('utf8'));
  });
  socket.on('close', stopPatches);
  // ws has closed the socket with the right code already: too long, not UTF-8, masked wrongly.
  socket.on('error', (error) => log.warn({ error: error.message }, 'a page broke the socket protocol'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
