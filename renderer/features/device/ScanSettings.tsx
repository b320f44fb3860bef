import { Button, NumberInput } from '@mantine/core';
import { useState } from 'react';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { defaultSettings, pairSettingsSchema, settingNames, type PairSettings } from '../../../app/domain/settings.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { Failure } from '../../design/Notice.tsx';
import { useCall } from '../../store/use-call.ts';
import { Setting } from './Setting.tsx';

interface Field {
  readonly name: keyof PairSettings;
  readonly label: string;
  readonly suffix: string;
  /** What 0 or a value near the end of the range means. */
  readonly hint: string;
  /** How many of what is kept are one of what is shown. */
  readonly unit: number;
}

const KIB_PER_MIB = 1024;
const SECONDS_PER_DAY = 86_400;

const fields: readonly Field[] = [
  { name: 'scanRateKib', label: 'Scan at most', suffix: ' MiB/s', hint: '0: no limit', unit: KIB_PER_MIB },
  {
    name: 'scanIntervalSeconds',
    label: 'Scan again after',
    suffix: ' days',
    hint: '0: only when asked',
    unit: SECONDS_PER_DAY,
  },
  { name: 'softThreshold', label: 'Move a weak block at', suffix: ' retried reads', hint: '0: never', unit: 1 },
  { name: 'lowSparePercent', label: 'The spare is low at', suffix: ' % free', hint: 'keeps these for errors', unit: 1 },
];

const usual: Typed = Object.fromEntries(fields.map(({ name, unit }) => [name, defaultSettings[name] / unit]));

interface Props {
  readonly connection: Connection;
  readonly target: TargetView;
  readonly live: boolean;
}

/** What was typed, as the field gives it: a text while it is no whole number yet. */
type Typed = { readonly [Name in keyof PairSettings]?: number | string };

/** What is kept of what was typed; NaN where nothing was. */
function kept({ name, unit }: Field, typed: Typed, settings: PairSettings): number {
  const given = typed[name];
  if (given === undefined) return settings[name];
  return given === '' ? Number.NaN : Math.round(Number(given) * unit);
}

/** How a device is scanned, and when what is weak is moved ahead of errors. */
export function ScanSettings({ connection, target, live }: Props) {
  const { settings, name } = target.device;
  const save = useCall('target.set');
  const [typed, setTyped] = useState<Typed>({});
  const [isSaved, setIsSaved] = useState(false);
  const all = Object.fromEntries(fields.map((field) => [field.name, kept(field, typed, settings)]));
  const wanted = pairSettingsSchema.safeParse(all);
  const isChanged = settingNames.some((field) => wanted.data?.[field] !== settings[field]);
  const type = (change: Typed): void => {
    setTyped({ ...typed, ...change });
    setIsSaved(false);
    save.clear();
  };
  const run = async (): Promise<void> => {
    if (!wanted.success) return;
    const changed = settingNames.filter((field) => wanted.data[field] !== settings[field]);
    const change = Object.fromEntries(changed.map((field) => [field, wanted.data[field]]));
    if ((await save.run({ connection: connection.id, name, settings: change })) === null) return;
    setTyped({});
    setIsSaved(true);
  };
  return (
    <Setting
      title="Scan, and moves ahead of errors"
      text={`The scan gives way to other use of the disk. A block that could be read only after retries is weak, and is moved to the spare while it still can be read. When the spare is low, what is left of it is kept for blocks that fail. ${
        connection.history.error === null
          ? 'Kept for this pair, also when it is stopped and started again here.'
          : 'Until the pair is stopped: the history cannot be written now, so nothing is kept for the next time.'
      }`}
    >
      <div className="stack">
        <div className="scan-settings">
          {fields.map((field) => (
            <SettingInput
              key={field.name}
              field={field}
              value={typed[field.name] ?? settings[field.name] / field.unit}
              isWrong={wanted.error?.issues.some(({ path }) => path[0] === field.name) ?? false}
              onChange={(value) => type({ [field.name]: value })}
            />
          ))}
        </div>
        <div className="row row-wrap">
          <Button
            variant="default"
            disabled={!live || !wanted.success || !isChanged}
            loading={save.busy}
            onClick={() => void run()}
          >
            Save
          </Button>
          <Button variant="subtle" disabled={!live} onClick={() => type(usual)}>
            Usual values
          </Button>
        </div>
        {isSaved && <p role="status">Saved.</p>}
        {save.error !== null && <Failure error={save.error} />}
      </div>
    </Setting>
  );
}

interface SettingInputProps {
  readonly field: Field;
  readonly value: number | string;
  readonly isWrong: boolean;
  readonly onChange: (value: number | string) => void;
}

function SettingInput({ field, value, isWrong, onChange }: SettingInputProps) {
  const { maxValue } = pairSettingsSchema.shape[field.name];
  const most = Math.floor((maxValue ?? 0) / field.unit);
  return (
    <NumberInput
      label={field.label}
      description={`${field.hint}; up to ${formatCount(most)}`}
      suffix={field.suffix}
      value={value}
      error={isWrong ? `A number from 0 to ${formatCount(most)}` : null}
      onChange={onChange}
      min={0}
      max={most}
      decimalScale={field.unit === 1 ? 0 : 3}
      allowNegative={false}
      thousandSeparator=","
      hideControls
    />
  );
}
