import { Loader } from '@mantine/core';
import { IconArrowBackUp, IconCheck, IconCircle, IconHelpCircle, IconX } from '@tabler/icons-react';

export interface ShownStep {
  readonly id: string;
  readonly text: string;
  /** `unknown`: it had begun when the last word was heard. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'undone' | 'unknown';
}

const words = {
  waiting: 'not yet',
  running: 'running',
  done: 'done',
  failed: 'failed',
  undone: 'undone',
  unknown: 'not known whether it was finished',
} as const;
const spoken: ReadonlySet<ShownStep['state']> = new Set<ShownStep['state']>(['failed', 'undone', 'unknown']);

/** Steps that tick off, each with a mark and, for screen readers, a word. */
export function Steps({ steps, label }: { steps: readonly ShownStep[]; label: string }) {
  return (
    <ol className="steps" aria-label={label} aria-live="polite">
      {steps.map((step) => (
        <li key={step.id} className={step.state === 'waiting' ? 'step-waiting' : ''}>
          <Mark state={step.state} />
          <span>
            {step.text}
            {spoken.has(step.state) ? ` (${words[step.state]})` : ''}
          </span>
          <span className="visually-hidden">, {words[step.state]}</span>
        </li>
      ))}
    </ol>
  );
}

function Mark({ state }: { state: ShownStep['state'] }) {
  switch (state) {
    case 'waiting':
      return <IconCircle size={16} stroke={1.5} aria-hidden="true" />;
    case 'running':
      return <Loader size={15} aria-hidden="true" />;
    case 'done':
      return <IconCheck size={16} stroke={2.4} style={{ color: 'var(--ok-ink)' }} aria-hidden="true" />;
    case 'failed':
      return <IconX size={16} stroke={2.4} style={{ color: 'var(--bad-ink)' }} aria-hidden="true" />;
    case 'unknown':
      return <IconHelpCircle size={16} stroke={2} style={{ color: 'var(--warn-ink)' }} aria-hidden="true" />;
    case 'undone':
      return <IconArrowBackUp size={16} stroke={2} style={{ color: 'var(--warn-ink)' }} aria-hidden="true" />;
  }
}
