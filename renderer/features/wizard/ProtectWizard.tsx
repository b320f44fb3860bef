import './wizard.css';

import { Button, Loader } from '@mantine/core';
import { IconCheck, IconPlug } from '@tabler/icons-react';
import { useState } from 'react';

import type { Connection, ConnectionId } from '../../../app/bridge/snapshot.ts';
import { go } from '../../app/router.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure } from '../../design/Notice.tsx';
import { Steps } from '../../design/Steps.tsx';
import { chosenAt } from '../../identity/choice.ts';
import { useConnection, useLive } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { isConfirmed } from '../plan/ConfirmInput.tsx';
import { usePlan } from '../plan/use-plan.ts';
import { LostNotice } from '../overview/LostNotice.tsx';
import { isBlocked, Problems } from '../overview/Problems.tsx';
import { DoingPage, DonePage } from './outcome.tsx';
import { swappedIn, useDraft } from './draft.ts';
import { ConfirmPage, LostChoice, MainPage, PlanPage, SparePage } from './pages.tsx';
import { freeName, nameProblem } from './names.ts';
import { useTryAgain } from './try-again.ts';
import { defaultBlockSectors, maybeOfPair, needsErase, spareReasons } from './pair.ts';

const steps = ['The aging disk', 'The spare', 'What will happen', 'Confirm', 'Doing it', 'Done'] as const;

/** Protects a disk in six steps. Nothing is chosen beforehand, and nothing is changed before the fifth. */
export function ProtectWizard(props: { connection: ConnectionId; suggested: string | null }) {
  const connection = useConnection(props.connection);
  const state = connection?.phase.state ?? 'closed';
  // Once begun it stays while the helper is lost and found again: what was chosen and what failed must not vanish.
  const [begun, setBegun] = useState(false);
  if (state === 'open' && !begun) setBegun(true);
  if (state === 'closed' && begun) setBegun(false);
  if (connection === null) return null;
  if (begun) return <Wizard connection={connection} suggested={props.suggested} />;
  return <NotOpen connection={connection} />;
}

function NotOpen({ connection }: { connection: Connection }) {
  const open = useCall('connection.open');
  const { phase } = connection;
  const failed = phase.state === 'failed' ? phase.error : open.error;
  return (
    <div className="page page-narrow">
      {failed !== null && <Failure error={failed} />}
      <div className="panel">
        {phase.state === 'opening' ? (
          <div className="panel-body stack">
            <div className="row">
              <Loader size="xs" /> Opening {connection.title}
            </div>
            <Steps
              label="Opening"
              steps={phase.steps.map((step, index) => ({ id: `${index}`, text: step.text, state: step.state }))}
            />
          </div>
        ) : (
          <Empty
            icon={IconPlug}
            title={`${connection.title} is not open`}
            action={
              <Button loading={open.busy} onClick={() => void open.run({ connection: connection.id })}>
                {failed === null ? 'Open' : 'Try again'}
              </Button>
            }
          >
            Choosing a disk needs a look at the disks, and that needs the connection. Nothing is changed by opening it.
          </Empty>
        )}
      </div>
    </div>
  );
}

function Wizard({ connection, suggested }: { connection: Connection; suggested: string | null }) {
  const [step, setStep] = useState(0);
  const { draft, change, drop } = useDraft(connection, (role) =>
    setStep((now) => (now > 3 ? now : role === 'main' ? 0 : Math.min(now, 1))),
  );
  const planning = usePlan(connection.id);
  const live = useLive(connection);
  const again = useTryAgain(connection.id);
  const refresh = useCall('devices.refresh');
  const main = chosenAt(connection, draft.main);
  const spare = chosenAt(connection, draft.spare);
  const taken = connection.targets.map((target) => target.device.name);
  const name = draft.name ?? (main === null ? '' : freeName(main, taken));

  const makePlan = async (eraseSpare: boolean): Promise<void> => {
    if (main === null || spare === null) {
      setStep(0);
      return;
    }
    setStep(2);
    change({ typed: '', eraseSpare });
    const made = await planning.make({
      action: 'create',
      main: { devno: main.devno },
      spare: { devno: spare.devno },
      name,
      blockSectors: draft.blockSectors ?? defaultBlockSectors(main),
      eraseSpare,
    });
    const swapped = made === null ? null : swappedIn(made, draft);
    if (swapped === null) return;
    drop(swapped);
    // The list is older than the plan.
    await refresh.run({ connection: connection.id });
  };
  const { plan } = planning;
  const confirmed = plan !== null && plan.applicable && isConfirmed(plan, draft.typed);
  const apply = async (): Promise<void> => {
    if (!confirmed) return;
    setStep(4);
    const done = await planning.apply(plan.confirm === null ? null : draft.typed);
    if (done !== null) setStep(5);
  };
  const tryAgain = async (): Promise<void> => {
    // The choices may be gone with the disks; what was begun has the plan's name.
    const begun = plan?.intent.action === 'create' ? plan.intent.name : name;
    const found = await again.run(begun);
    if (found === 'made') go({ at: 'device', connection: connection.id, name: begun, tab: 'remaps' });
    if (found === 'not-made') await makePlan(draft.eraseSpare);
  };

  const mainBlocked =
    main === null ||
    main.asMain.some((reason) => reason.level === 'block') ||
    (maybeOfPair(main) !== null && !draft.mainIsFree);
  const spareBlocked =
    main === null || spare === null || spareReasons(main, spare).some((reason) => reason.level === 'block');
  const spareReady = !spareBlocked && nameProblem(name, taken) === null && (!needsErase(spare) || draft.eraseSpare);
  const common = { connection, draft, change };

  return (
    <div className="page">
      {step !== 4 && <LostNotice connection={connection} />}
      {step < 3 && <Problems connection={connection} />}
      <div className="wizard">
        <StepList step={step} />
        <div className="wizard-page">
          {step < 2 && draft.lost !== null && <LostChoice lost={draft.lost} />}
          {step === 0 && <MainPage {...common} suggested={suggested} />}
          {step === 1 && main !== null && <SparePage {...common} main={main} name={name} taken={taken} />}
          {step === 2 && (
            <PlanPage connection={connection} planning={planning} spare={spare} onErase={() => void makePlan(true)} />
          )}
          {step === 3 && plan !== null && <ConfirmPage {...common} plan={plan} onSubmit={() => void apply()} />}
          {step === 4 && <DoingPage connection={connection} planning={planning} reopening={again.error} />}
          {step === 5 && planning.done !== null && <DonePage done={planning.done} main={main} spare={spare} />}
          <div className="wizard-actions">
            {step === 0 && (
              <>
                <Cancel connection={connection.id} />
                <Continue disabled={!live || isBlocked(connection) || mainBlocked} onClick={() => setStep(1)} />
              </>
            )}
            {step === 1 && (
              <>
                <Back onClick={() => setStep(0)} />
                <Continue disabled={!live || !spareReady} onClick={() => void makePlan(draft.eraseSpare)} />
              </>
            )}
            {step === 2 && (
              <>
                <Back onClick={() => setStep(1)} />
                {planning.planError !== null && (
                  <Button size="sm" disabled={!live} onClick={() => void makePlan(draft.eraseSpare)}>
                    Try again
                  </Button>
                )}
                {planning.planError === null && (
                  <Continue disabled={!live || plan?.applicable !== true} onClick={() => setStep(3)} />
                )}
              </>
            )}
            {step === 3 && (
              <>
                <Back onClick={() => setStep(2)} />
                <Button size="sm" color="red" disabled={!live || !confirmed} onClick={() => void apply()}>
                  {spare === null ? 'Start protection' : `Erase ${spare.name} and protect ${main?.name ?? ''}`}
                </Button>
              </>
            )}
            {step === 4 && planning.applyError !== null && (
              <>
                <Cancel connection={connection.id} word="To the overview" />
                <Button size="sm" loading={again.busy} onClick={() => void tryAgain()}>
                  {live ? 'Plan it again' : 'Try again'}
                </Button>
              </>
            )}
            {step === 5 && planning.done !== null && (
              <Button
                size="sm"
                onClick={() =>
                  planning.done !== null &&
                  go({ at: 'device', connection: connection.id, name: planning.done.name, tab: 'remaps' })
                }
              >
                Open {planning.done.name}
              </Button>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function Continue(props: { disabled: boolean; onClick: () => void }) {
  return (
    <Button size="sm" disabled={props.disabled} onClick={props.onClick}>
      Continue
    </Button>
  );
}

function Back({ onClick }: { onClick: () => void }) {
  return (
    <Button size="sm" variant="default" onClick={onClick}>
      Back
    </Button>
  );
}

function Cancel({ connection, word = 'Cancel' }: { connection: ConnectionId; word?: string }) {
  return (
    <Button size="sm" variant="default" onClick={() => go({ at: 'overview', connection })}>
      {word}
    </Button>
  );
}

function StepList({ step }: { step: number }) {
  return (
    <ol className="wizard-steps" aria-label="Steps">
      {steps.map((name, index) => (
        <li key={name} aria-current={index === step ? 'step' : undefined}>
          <span className={`wizard-number ${index < step ? 'wizard-number-done' : ''}`}>
            {index < step ? <IconCheck size={12} stroke={3} aria-label="done" /> : index + 1}
          </span>
          <span className="wizard-step-name">{name}</span>
        </li>
      ))}
    </ol>
  );
}
