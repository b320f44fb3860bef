/** What a block or a cell is in, worst last. Every state has a colour, a mark and a word, never a colour alone. */
export const blockStates = ['unread', 'good', 'slow', 'soft', 'moved', 'partial', 'pending'] as const;
export type BlockState = (typeof blockStates)[number];

/** The mark of a state as it stands in the heatmap, for legends, tables and tiles. Decorative: a word goes with it. */
export function StateMark({ state, size = 14, fill }: { state: BlockState; size?: number; fill?: string }) {
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true" focusable="false" className="state-mark">
      {state === 'unread' ? (
        <rect x="1" y="1" width="12" height="12" rx="2" fill="none" stroke="var(--unread-line)" strokeWidth="1.3" />
      ) : (
        <rect width="14" height="14" rx="2.5" fill={fill ?? fills[state]} />
      )}
      <Glyph state={state} />
    </svg>
  );
}

/** What was read and of which a layer of the heatmap cannot tell. */
export function UnknownMark({ size = 14 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true" focusable="false" className="state-mark">
      <rect x="1" y="1" width="12" height="12" rx="2" fill="none" stroke="var(--ink-3)" strokeWidth="1.3" />
      <circle cx="7" cy="7" r="2.3" fill="var(--ink-3)" />
    </svg>
  );
}

/** The hatch over predicted cells, which is laid over whatever state is measured. */
export function HatchMark({ size = 14 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true" focusable="false" className="state-mark">
      <rect x="0.6" y="0.6" width="12.8" height="12.8" rx="2" fill="none" stroke="var(--ink-3)" strokeWidth="1.2" />
      <path d="M1.5 8 8 1.5M3 12.5 12.5 3M8 12.5 12.5 8" stroke="var(--ink)" strokeWidth="1.3" />
    </svg>
  );
}

const fills = {
  good: '#35456c',
  slow: 'var(--slow)',
  soft: 'var(--soft)',
  moved: 'var(--moved)',
  partial: 'var(--moved)',
  pending: 'var(--pending)',
} as const;

function Glyph({ state }: { state: BlockState }) {
  switch (state) {
    case 'unread':
    case 'good':
      return null;
    case 'slow':
      return <path d="M3.4 7h7.2" stroke="var(--on-slow)" strokeWidth="2" strokeLinecap="round" />;
    case 'soft':
      return <circle cx="7" cy="7" r="2.3" fill="var(--on-soft)" />;
    case 'moved':
      return <path d="M7 2.6 11.4 7 7 11.4 2.6 7z" fill="var(--on-moved)" />;
    case 'partial':
      return (
        <>
          <path d="M7 2.6 2.6 7 7 11.4z" fill="var(--on-moved)" />
          <path d="M7 2.9 11.1 7 7 11.1z" fill="none" stroke="var(--on-moved)" strokeWidth="1" />
        </>
      );
    case 'pending':
      return <path d="m4 4 6 6m0-6-6 6" stroke="var(--on-pending)" strokeWidth="2" strokeLinecap="round" />;
  }
}
