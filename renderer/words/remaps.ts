import type { Cause } from '../../app/domain/target.ts';

export const causeWords: Readonly<Record<Cause, { name: string; meaning: string }>> = {
  auto: {
    name: 'Write failed',
    meaning: 'Moved by itself when a write to it failed, or when a pending block was written.',
  },
  manual: { name: 'By request', meaning: 'Moved because somebody asked for it.' },
  proactive: { name: 'In time', meaning: 'Moved while it could still be read, after being weak too often.' },
};
