import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { go } from '../../app/router.ts';
import { deviceAt } from '../../identity/target.ts';
import { modelOf } from '../../words/device.ts';
import { freeName } from '../wizard/names.ts';
import { PlanDialog } from './PlanDialog.tsx';

/** For a spare of ours whose pair is not live: takes up the protection where it stood. */
export function ActivateButton(props: {
  connection: Connection;
  spare: BlockDevice;
  spareOf: NonNullable<BlockDevice['spareOf']>;
  disabled: boolean;
}) {
  const { connection, spare, spareOf } = props;
  const [open, setOpen] = useState(false);
  const main = spareOf.mainDevno === null ? null : deviceAt(connection, spareOf.mainDevno);
  if (main === null) {
    return (
      <Tooltip
        label="The main disk that belongs to this spare is not connected, or more than one disk matches it."
        w={280}
      >
        <span className="why-not" tabIndex={0}>
          Spare of a disk that is not here
        </span>
      </Tooltip>
    );
  }
  const name = freeName(
    main,
    connection.targets.map((target) => target.device.name),
  );
  return (
    <>
      <Button disabled={props.disabled} onClick={() => setOpen(true)}>
        Start protection again
      </Button>
      {open && (
        <PlanDialog
          connection={connection}
          title={`Start protection of ${modelOf(main)} again`}
          action="Start protection"
          intent={{ action: 'activate', main: { devno: main.devno }, spare: { devno: spare.devno }, name }}
          onClose={() => setOpen(false)}
          onDone={(done) => {
            setOpen(false);
            go({ at: 'device', connection: connection.id, name: done.name, tab: 'remaps' });
          }}
        />
      )}
    </>
  );
}
