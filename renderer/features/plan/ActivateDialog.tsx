import { Button, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice, Reason } from '../../../app/domain/block-device.ts';
import { go } from '../../app/router.ts';
import { Notice } from '../../design/Notice.tsx';
import { chosenAt, choiceOf, type Choice } from '../../identity/choice.ts';
import { deviceAt } from '../../identity/target.ts';
import { modelOf } from '../../words/device.ts';
import { DeviceChoice } from '../wizard/DeviceChoice.tsx';
import { freeName, nameProblem } from '../wizard/names.ts';
import { PlanFrame } from './PlanFrame.tsx';
import { usePlan } from './use-plan.ts';

/** What speaks against a disk as main of a new pair, but not of one that exists: its contents are the pair's own. */
const ofNewPairs: ReadonlySet<Reason['code']> = new Set<Reason['code']>([
  'already-spare',
  'already-protected',
  'has-content',
  'raid-or-lvm-member',
]);

/** What a plan was asked for. */
interface Asked {
  readonly main: Choice;
  /** null: the name that the pair had, or one that is free. */
  readonly name: string | null;
}

/**
 * Takes the protection up where it stood: main, chosen here where nothing tells it, then the plan, with the name that the
 * pair gets.
 */
export function ActivateDialog(props: {
  connection: Connection;
  spare: BlockDevice;
  spareOf: NonNullable<BlockDevice['spareOf']>;
  /** null: one of those that may be it is chosen. */
  main: BlockDevice | null;
  onClose: () => void;
}) {
  const { connection, spare, spareOf, onClose } = props;
  const planning = usePlan(connection.id);
  const [asked, setAsked] = useState<Asked | null>(
    props.main === null ? null : { main: choiceOf(props.main), name: null },
  );
  const [toChoose] = useState(props.main === null);
  const [typed, setTyped] = useState<string | null>(null);
  // Names that are taken as it is opened: what the plan itself makes must not change what was asked.
  const [taken] = useState(() => connection.targets.map((target) => target.device.name));
  const { make, plan } = planning;
  const spareDevno = spare.devno;
  const [proposal, setProposal] = useState(props.main === null ? '' : freeName(props.main, taken));
  useEffect(() => {
    if (asked === null) return;
    const { main, name } = asked;
    const pair = { main: { devno: main.devno }, spare: { devno: spareDevno } };
    void make({ action: 'activate', ...pair, name: name ?? proposal }, { nameIsProposal: name === null });
  }, [make, asked, proposal, spareDevno]);

  const main = chosenAt(connection, asked?.main ?? null);
  const usable = typed !== null && nameProblem(typed, taken) === null ? typed : null;
  const choose = (device: BlockDevice): void => {
    setProposal(freeName(device, taken));
    setAsked({ main: choiceOf(device), name: usable });
  };
  const planned = plan?.intent.action === 'activate' ? plan.intent.name : null;
  const name = typed ?? planned ?? proposal;
  const problem = nameProblem(name, taken);
  const renamed = planned !== null && name !== planned;
  const isNameKnown = typed !== null || planned !== null || planning.planError !== null;
  return (
    <PlanFrame
      connection={connection}
      planning={planning}
      title={main === null ? 'Start protection again' : `Start protection of ${modelOf(main)} again`}
      action="Start protection"
      outdated={renamed || (asked !== null && main === null)}
      onPlan={() => setAsked((now) => now && { ...now, name: usable })}
      onClose={onClose}
      onDone={(done) => {
        onClose();
        go({ at: 'device', connection: connection.id, name: done.name, tab: 'remaps' });
      }}
    >
      {asked !== null && main === null && (
        <Notice tone="warn" title="The main disk is not there any more, or another one has taken its place.">
          {toChoose ? 'Choose again.' : 'Connect it, close this and begin again.'}
        </Notice>
      )}
      {toChoose && (
        <>
          <p>
            <strong>Which disk was protected with this spare?</strong>{' '}
            {spareOf.mainId === null
              ? 'That disk told no number of its own, so only its size is known. These here have it.'
              : 'More than one disk here tells the number and has the size of that disk.'}{' '}
            With a wrong one files would look damaged. If you are not sure, compare the labels, or ask somebody first.
          </p>
          <DeviceChoice
            connection={connection}
            legend="The disk that was protected"
            name="activate-main"
            devices={spareOf.mayBeMain.map((devno) => deviceAt(connection, devno)).filter((one) => one !== null)}
            reasonsOf={(device) => device.asMain.filter(({ code }) => !ofNewPairs.has(code))}
            chosen={main?.devno ?? null}
            onChoose={choose}
          />
        </>
      )}
      {isNameKnown && asked !== null && (
        <div className="row row-wrap" style={{ alignItems: 'flex-end' }}>
          <TextInput
            label="Name of the protected device"
            description={`It appears as /dev/mapper/${problem === null ? name : '…'}`}
            value={name}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={problem}
            disabled={planning.applyBusy}
            autoComplete="off"
            spellCheck={false}
            w={280}
          />
          {renamed && (
            <Button
              variant="default"
              disabled={problem !== null || main === null}
              onClick={() => setAsked((now) => now && { ...now, name })}
            >
              Plan it with this name
            </Button>
          )}
        </div>
      )}
    </PlanFrame>
  );
}
