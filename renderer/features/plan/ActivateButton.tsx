import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { deviceAt } from '../../identity/target.ts';
import { ActivateDialog } from './ActivateDialog.tsx';

/** For a spare of ours whose pair is not live: takes up the protection where it stood. */
export function ActivateButton(props: {
  connection: Connection;
  spare: BlockDevice;
  spareOf: NonNullable<BlockDevice['spareOf']>;
  disabled: boolean;
}) {
  const { connection, spareOf } = props;
  const [open, setOpen] = useState(false);
  const main = spareOf.mainDevno === null ? null : deviceAt(connection, spareOf.mainDevno);
  const none = main === null && spareOf.mayBeMain.length === 0;
  return (
    <>
      {none ? (
        <Tooltip label="The main disk that belongs to this spare is not connected." w={280}>
          <span className="why-not" tabIndex={0}>
            Spare of a disk that is not here
          </span>
        </Tooltip>
      ) : (
        <Button disabled={props.disabled} onClick={() => setOpen(true)}>
          Start protection again
        </Button>
      )}
      {open && (
        <ActivateDialog
          connection={connection}
          spare={props.spare}
          spareOf={spareOf}
          main={main}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
