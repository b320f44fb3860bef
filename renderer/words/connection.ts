import type { ConnectionPhase } from '../../app/bridge/snapshot.ts';

export function phaseWord(phase: ConnectionPhase): string {
  switch (phase.state) {
    case 'closed':
      return 'not open';
    case 'opening':
      return 'opening';
    case 'open':
      return 'connected';
    case 'failed':
      return 'not connected';
  }
}
