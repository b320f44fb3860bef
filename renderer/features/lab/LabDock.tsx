import './lab.css';

import { Button } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronUp,
  IconFlask,
  IconPlug,
  IconPlugOff,
  IconPower,
} from '@tabler/icons-react';

import type { LabAction, LabState } from '../../../app/bridge/lab.ts';
import type { Connection } from '../../../app/bridge/snapshot.ts';
import { formatCounted } from '../../../app/domain/units.ts';
import type { ErrorData } from '../../../app/errors.ts';
import { usePrefs, useSetPrefs } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { labWords, roleName } from '../../words/lab.ts';
import { useBrushStore } from './brush.ts';
import { FaultsGroup } from './FaultsGroup.tsx';
import { WorkloadGroup } from './WorkloadGroup.tsx';

/** Height of the window, in CSS pixels, from which the controls are open until somebody closes them. */
const ROOM_FROM_PX = 720;

export interface LabGroupProps {
  readonly connection: Connection;
  readonly lab: LabState;
  readonly targetName: string | null;
  readonly busy: boolean;
  readonly act: (action: LabAction) => void;
}

/** The lab's own controls, at the foot of each of its pages: make the make-believe disk fail and see what happens. */
export function LabDock({
  connection,
  lab,
  targetName,
}: {
  connection: Connection;
  lab: LabState;
  targetName: string | null;
}) {
  const open = usePrefs((prefs) => prefs.labPanelOpen) ?? window.innerHeight >= ROOM_FROM_PX;
  const set = useSetPrefs();
  const call = useCall('lab.act');
  const inHand = useBrushStore((brush) => brush.inHand);
  const act = (action: LabAction): void => void call.run({ act: action });
  const group: LabGroupProps = { connection, lab, targetName, busy: call.busy, act };
  const faulty = lab.disks.reduce((sum, disk) => sum + disk.faultySectors, 0);
  const error = call.error ?? lab.workload.lastError;
  return (
    <section className="lab-dock" aria-label="Lab controls" data-open={open}>
      <button type="button" className="lab-head" aria-expanded={open} onClick={() => set({ labPanelOpen: !open })}>
        <IconFlask size={17} aria-hidden="true" />
        <strong>Lab</strong>
        <span className="lab-head-more ellipsis">{inHand ? labWords.brush : labWords.makeBelieve}</span>
        <span className="lab-head-state label nowrap">
          {formatCounted(faulty, 'failing sector')}
          {lab.power === 'on' ? '' : ` · power ${lab.power}`}
        </span>
        {open ? <IconChevronDown size={16} aria-hidden="true" /> : <IconChevronUp size={16} aria-hidden="true" />}
      </button>
      {open && (
        <div className="lab-body">
          <div className="lab-groups">
            <FaultsGroup {...group} />
            <PowerGroup {...group} />
            <WorkloadGroup {...group} />
          </div>
          {error !== null && <LabError error={error} />}
        </div>
      )}
    </section>
  );
}

/** In one line: what the lab was told to break is expected to fail, and must not push the page away. */
function LabError({ error }: { error: ErrorData }) {
  return (
    <p className="lab-error" role="alert" title={error.detail}>
      <IconAlertTriangle size={15} aria-hidden="true" />
      <span>
        <strong>{error.sentence}</strong> {error.remedy}
      </span>
    </p>
  );
}

function PowerGroup({ lab, busy, act }: LabGroupProps) {
  const on = lab.power === 'on';
  return (
    <div className="lab-group" role="group" aria-label="Cables and power">
      <h3>Cables and power</h3>
      <div className="row row-wrap">
        {lab.disks.map((disk) => (
          <Button
            key={disk.name}
            variant={disk.pulled ? 'light' : 'default'}
            color="red"
            size="compact-xs"
            disabled={busy || !on}
            leftSection={disk.pulled ? <IconPlugOff size={14} /> : <IconPlug size={14} />}
            aria-label={disk.pulled ? `Plug in: ${roleName(disk.name)}` : `Pull the cable: ${roleName(disk.name)}`}
            title={disk.pulled ? 'It is unplugged. Plug it in.' : 'It is plugged in. Pull its cable.'}
            onClick={() => act({ action: disk.pulled ? 'plug' : 'pull', disk: disk.name })}
          >
            {roleName(disk.name)}
          </Button>
        ))}
      </div>
      <div className="row row-wrap">
        {on ? (
          <Button
            variant="default"
            c="var(--bad-ink)"
            size="compact-sm"
            leftSection={<IconPower size={14} />}
            disabled={busy}
            onClick={() => act({ action: 'cut-power' })}
          >
            Cut power
          </Button>
        ) : (
          <Button
            size="compact-sm"
            leftSection={<IconPower size={14} />}
            loading={lab.power === 'starting' || busy}
            onClick={() => act({ action: 'power-on' })}
          >
            Power on
          </Button>
        )}
      </div>
      {!on && <p className="label">{lab.power === 'starting' ? labWords.starting : labWords.off}</p>}
    </div>
  );
}
