import type { ConnectionPhase } from '../../app/bridge/snapshot.ts';

export function phaseWord(phase: ConnectionPhase): string {
  switch (phase.state) {
    case 'closed':
      return 'not open';
    case 'opening':
      return 'opening';
    case 'open':
      return phase.trouble === undefined ? 'connected' : 'connected, not answering well';
    case 'failed':
      return 'not connected';
  }
}
