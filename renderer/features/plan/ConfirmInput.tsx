import { TextInput } from '@mantine/core';

import type { Plan } from '../../../app/domain/plan.ts';

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
  const expected = confirm.text;
  const label =
    confirm.kind === 'serial-tail'
      ? `Type the last four characters of the spare’s serial number: ${expected}`
      : `Type the spare’s device name: ${expected}`;
  const wrong = value.length >= expected.length && value !== expected;
  return (
    <TextInput
      label={label}
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
  );
}
