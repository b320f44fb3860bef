import { IconBan, IconAlertTriangle } from '@tabler/icons-react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice, Reason } from '../../../app/domain/block-device.ts';
import { DeviceAlias, Serial } from '../../design/DeviceName.tsx';
import { LabRoleBadge } from '../lab/LabRoleBadge.tsx';
import { contentOf, kindOf, modelOf, sizeOf, usesOf } from '../../words/device.ts';

export interface DeviceChoiceProps {
  readonly connection: Connection;
  readonly legend: string;
  readonly name: string;
  readonly devices: readonly BlockDevice[];
  readonly reasonsOf: (device: BlockDevice) => readonly Reason[];
  readonly chosen: string | null;
  readonly onChoose: (device: BlockDevice) => void;
}

/** Disks to choose one from. Those that cannot be chosen are shown with the reason and come last. */
export function DeviceChoice(props: DeviceChoiceProps) {
  const { connection, legend, name, devices, reasonsOf, chosen, onChoose } = props;
  const blocked = (device: BlockDevice): boolean => reasonsOf(device).some((reason) => reason.level === 'block');
  const ordered = [...devices].sort((a, b) => Number(blocked(a)) - Number(blocked(b)));
  return (
    <fieldset style={{ margin: 0, padding: 0, border: 0, minWidth: 0 }}>
      <legend className="visually-hidden">{legend}</legend>
      <div className="choice-list">
        {ordered.map((device) => (
          <Choice
            key={device.devno}
            connection={connection}
            device={device}
            name={name}
            reasons={reasonsOf(device)}
            blocked={blocked(device)}
            checked={chosen === device.devno}
            onChoose={() => onChoose(device)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Choice(props: {
  connection: Connection;
  device: BlockDevice;
  name: string;
  reasons: readonly Reason[];
  blocked: boolean;
  checked: boolean;
  onChoose: () => void;
}) {
  const { device, reasons, blocked } = props;
  const uses = usesOf(device.users);
  return (
    <label className={`choice ${blocked ? 'choice-blocked' : ''}`}>
      <input
        type="radio"
        name={props.name}
        aria-label={`${modelOf(device)} ${device.name}`}
        aria-describedby={`${props.name}-${device.devno}`}
        checked={props.checked}
        disabled={blocked}
        onChange={props.onChoose}
      />
      <span className="choice-title">
        <DeviceAlias device={device} />
        <LabRoleBadge connection={props.connection} device={device} />
        <span className="grow" />
        <strong className="nowrap">{sizeOf(device.sizeSectors)}</strong>
      </span>
      <span>
        {modelOf(device)} <span className="muted">· {device.name}</span>
      </span>
      <span className="label" id={`${props.name}-${device.devno}`}>
        {kindOf(device)} · <Serial serial={device.serial} />
        <br />
        {contentOf(device)}
        {uses === null ? '' : `, ${uses}`}
      </span>
      {reasons.length > 0 && (
        <span>
          {reasons.map((reason) => (
            <span key={reason.code} className="choice-reason">
              {reason.level === 'block' ? (
                <IconBan size={14} aria-label="Cannot be chosen:" />
              ) : (
                <IconAlertTriangle size={14} style={{ color: 'var(--warn-ink)' }} aria-label="Mind:" />
              )}
              {reason.sentence}
            </span>
          ))}
        </span>
      )}
    </label>
  );
}
