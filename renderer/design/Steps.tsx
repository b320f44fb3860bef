import { Loader } from '@mantine/core';
import { IconArrowBackUp, IconCheck, IconCircle, IconX } from '@tabler/icons-react';

export interface ShownStep {
  readonly id: string;
  readonly text: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'undone';
}

const words = { waiting: 'not yet', running: 'running', done: 'done', failed: 'failed', undone: 'undone' } as const;

/** Steps that tick off, each with a mark and, for screen readers, a word. */
export function Steps({ steps, label }: { steps: readonly ShownStep[]; label: string }) {
  return (
    <ol className="steps" aria-label={label} aria-live="polite">
      {steps.map((step) => (
        <li key={step.id} className={step.state === 'waiting' ? 'step-waiting' : ''}>
          <Mark state={step.state} />
          <span>
            {step.text}
            {step.state === 'failed' || step.state === 'undone' ? ` (${words[step.state]})` : ''}
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
    case 'undone':
      return <IconArrowBackUp size={16} stroke={2} style={{ color: 'var(--warn-ink)' }} aria-hidden="true" />;
  }
}
