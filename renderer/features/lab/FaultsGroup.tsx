import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { IconBrush } from '@tabler/icons-react';
import { useState } from 'react';

import { labFaultSchema, labPatternSchema, type LabAction } from '../../../app/bridge/lab.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { labWords, roleName } from '../../words/lab.ts';
import { labDiskOf, useBrushStore } from './brush.ts';
import type { LabGroupProps } from './LabDock.tsx';

const patternNames = {
  scattered: 'Scattered',
  cluster: 'Cluster',
  'growing-cluster': 'Growing',
  'dying-disk': 'Dying disk',
} as const;

/** Which sectors fail, how, and whether they heal when written. */
export function FaultsGroup({ connection, lab, targetName, busy, act }: LabGroupProps) {
  const brush = useBrushStore();
  const target = connection.targets.find((one) => one.device.name === targetName) ?? null;
  const own = target === null ? null : labDiskOf(connection, target);
  const [chosen, setChosen] = useState<string | null>(null);
  const [seed, setSeed] = useState(1);
  const disk = lab.disks.find((one) => one.name === (chosen ?? own)) ?? lab.disks[0];
  if (disk === undefined) return null;
  const change = (part: Partial<typeof brush>): void => useBrushStore.setState(part);
  const addPattern = (pattern: Extract<LabAction, { action: 'add-pattern' }>['pattern']): void => {
    const { fails } = brush;
    act({
      action: 'add-pattern',
      disk: disk.name,
      pattern,
      fails,
      healOnWrite: brush.healOnWrite && fails === 'reads',
      seed,
    });
    // Another seed puts the next pattern elsewhere.
    setSeed(seed + 1);
  };
  return (
    <div className="lab-group" role="group" aria-label="Make sectors fail">
      <h3>Make sectors fail</h3>
      <div className="row row-wrap">
        <Button
          size="compact-sm"
          variant={brush.inHand ? 'filled' : 'default'}
          aria-pressed={brush.inHand}
          leftSection={<IconBrush size={14} />}
          disabled={own === null}
          title={own === null ? labWords.brushElsewhere : labWords.brush}
          onClick={() => change({ inHand: !brush.inHand })}
        >
          Brush
        </Button>
        <NativeSelect
          aria-label="Blocks of the brush"
          value={String(brush.blocks)}
          onChange={(event) => change({ blocks: Number(event.currentTarget.value) })}
          data={[
            { value: '1', label: '1 block' },
            { value: '8', label: '8 blocks' },
            { value: '64', label: '64 blocks' },
          ]}
        />
        <NativeSelect
          aria-label="What fails"
          value={brush.fails}
          onChange={(event) => {
            const fails = labFaultSchema.shape.fails.safeParse(event.currentTarget.value);
            if (fails.success) change({ fails: fails.data });
          }}
          data={[
            { value: 'both', label: 'Both fail' },
            { value: 'reads', label: 'Reads fail' },
            { value: 'writes', label: 'Writes fail' },
          ]}
        />
        <Checkbox
          label="Heals when written"
          title="A write makes the sector good again, as on a real disk that reallocates it. Only where reads fail."
          disabled={brush.fails !== 'reads'}
          checked={brush.healOnWrite && brush.fails === 'reads'}
          onChange={(event) => change({ healOnWrite: event.currentTarget.checked })}
        />
      </div>
      <div className="row row-wrap">
        <NativeSelect
          className="lab-disk"
          aria-label="Disk, with failing sectors"
          value={disk.name}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={lab.disks.map((one) => ({
            value: one.name,
            label: `${roleName(one.name)} (${formatCount(one.faultySectors)})`,
          }))}
        />
        {labPatternSchema.options.map((pattern) => (
          <Button key={pattern} variant="default" size="compact-sm" disabled={busy} onClick={() => addPattern(pattern)}>
            {patternNames[pattern]}
          </Button>
        ))}
        <Button
          variant="subtle"
          size="compact-sm"
          disabled={busy || disk.faultySectors === 0}
          onClick={() => act({ action: 'clear-faults', disk: disk.name })}
        >
          Heal all
        </Button>
      </div>
    </div>
  );
}
