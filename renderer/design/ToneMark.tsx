import {
  IconAlertOctagonFilled,
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconHelpCircleFilled,
} from '@tabler/icons-react';

import type { ConnectionPhase } from '../../app/bridge/snapshot.ts';
import type { Tone } from '../features/device/verdict.ts';

const icons = {
  ok: IconCircleCheckFilled,
  attention: IconAlertTriangleFilled,
  danger: IconAlertOctagonFilled,
  unknown: IconHelpCircleFilled,
} as const;

const colours = {
  ok: 'var(--ok-ink)',
  attention: 'var(--warn-ink)',
  danger: 'var(--bad-ink)',
  unknown: 'var(--ink-3)',
} as const;

/** The mark of a verdict: a shape for each tone as well as a colour. A word goes with it. */
export function ToneMark({ tone, size = 18 }: { tone: Tone; size?: number }) {
  const Icon = icons[tone];
  return <Icon size={size} style={{ color: colours[tone], display: 'block' }} aria-hidden="true" />;
}

/** Whether a connection is open: filled, hollow, dashed, crossed or a thick ring while it answers with errors, beside its word. */
export function PhaseDot({ phase }: { phase: ConnectionPhase }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" style={{ flex: 'none' }}>
      {phase.state === 'open' && phase.trouble === undefined && <circle cx="6" cy="6" r="4" fill="var(--ok-ink)" />}
      {phase.state === 'open' && phase.trouble !== undefined && (
        <circle cx="6" cy="6" r="3" fill="none" stroke="var(--warn-ink)" strokeWidth="2.4" />
      )}
      {phase.state === 'closed' && <circle cx="6" cy="6" r="3.4" fill="none" stroke="var(--ink-3)" strokeWidth="1.2" />}
      {phase.state === 'opening' && (
        <circle cx="6" cy="6" r="3.6" fill="none" stroke="var(--brand-ink)" strokeWidth="1.6" strokeDasharray="3 2" />
      )}
      {phase.state === 'failed' && (
        <path d="m3 3 6 6m0-6-6 6" stroke="var(--bad-ink)" strokeWidth="2" strokeLinecap="round" />
      )}
    </svg>
  );
}
