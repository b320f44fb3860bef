import { Button, TextInput } from '@mantine/core';

import type { Plan } from '../../../app/domain/plan.ts';
import { HIDDEN } from '../../identity/redact.ts';
import { usePrefs, useSetPrefs } from '../../store/context.tsx';

type Confirm = NonNullable<Plan['confirm']>;

/** A plan that destroys nothing needs no typing. The helper checks what was typed again. */
export function isConfirmed(plan: Plan, typed: string): boolean {
  return plan.confirm === null || typed === plan.confirm.text;
}

export function ConfirmInput(props: {
  confirm: Confirm;
  value: string;
  onChange: (value: string) => void;
  onSubmit: () => void;
}) {
  const { confirm, value } = props;
  const shown = usePrefs((prefs) => prefs.serialsShown);
  const set = useSetPrefs();
  const expected = confirm.text;
  const hidden = confirm.kind === 'serial-tail' && !shown;
  const label =
    confirm.kind === 'serial-tail'
      ? `Type the last four characters of the spare’s serial number: ${hidden ? HIDDEN : expected}`
      : `Type the spare’s device name: ${expected}`;
  const wrong = value.length >= expected.length && value !== expected;
  return (
    <div>
      <TextInput
        label={label}
        {...(hidden && {
          description: 'Serial numbers are hidden. Read it from the label of the device, or show them.',
        })}
        value={value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') props.onSubmit();
        }}
        error={wrong ? 'This is not it. Look at the label of the device; capitals count.' : false}
        autoComplete="off"
        spellCheck={false}
        maxLength={64}
        size="sm"
        maw={480}
        styles={{ input: { fontFamily: 'var(--font-mono)', letterSpacing: '0.08em' } }}
      />
      {hidden && (
        // The eye in the top bar cannot be reached from a dialog.
        <Button mt={6} size="compact-xs" variant="subtle" onClick={() => set({ serialsShown: true })}>
          Show serial numbers
        </Button>
      )}
    </div>
  );
}
