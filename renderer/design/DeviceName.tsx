import { Tooltip } from '@mantine/core';

import type { BlockDevice } from '../../app/domain/block-device.ts';
import { aliasOf, identityOf } from '../identity/alias.ts';
import { HIDDEN } from '../identity/redact.ts';
import { usePrefs } from '../store/context.tsx';

/** The lasting alias of a drive: a coloured square and two words. */
export function AliasName({ identity }: { identity: string }) {
  const alias = aliasOf(identity);
  return (
    <Tooltip label={`The same drive always gets this name (${alias.colourName}), so pictures need no serial number.`}>
      <span className="device-name">
        <span className="device-name-dot" style={{ background: alias.colour }} aria-hidden="true" />
        <span className="device-name-alias ellipsis">{alias.words}</span>
      </span>
    </Tooltip>
  );
}

export function DeviceAlias({ device }: { device: BlockDevice }) {
  return <AliasName identity={identityOf(device)} />;
}

/** A serial number, hidden unless the eye in the top bar is open. */
export function Serial({ serial }: { serial: string | null }) {
  const shown = usePrefs((prefs) => prefs.serialsShown);
  if (serial === null || serial.trim() === '') return <span className="muted">no serial</span>;
  return shown ? (
    <span className="mono">{serial}</span>
  ) : (
    <span className="mono muted" title="Hidden. The eye in the top bar shows serial numbers.">
      {HIDDEN}
    </span>
  );
}
