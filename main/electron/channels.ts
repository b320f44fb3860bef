/** Channels between the preload script and the main process. There are no others. */
export const CALL_CHANNEL = 'bridge:call';
export const EVENT_CHANNEL = 'bridge:event';
