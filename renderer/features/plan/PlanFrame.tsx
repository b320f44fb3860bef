import { Button, Loader, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { Failure } from '../../design/Notice.tsx';
import { Steps } from '../../design/Steps.tsx';
import { ConfirmInput, isConfirmed } from './ConfirmInput.tsx';
import { PlanReview } from './PlanReview.tsx';
import type { Done, Planning } from './use-plan.ts';

export interface PlanFrameProps {
  readonly connection: Connection;
  readonly planning: Planning;
  readonly title: string;
  /** What its button says. */
  readonly action: string;
  /** What is asked before there is a plan. */
  readonly children?: ReactNode;
  /** The plan is not for what is asked by now: it cannot be applied. */
  readonly outdated?: boolean;
  /** Makes the plan anew. */
  readonly onPlan: () => void;
  readonly onClose: () => void;
  readonly onDone: (done: Done) => void;
}

/** A dialog with a plan to read, confirm and do. While it is being done it stays: how it ends must be seen. */
export function PlanFrame(props: PlanFrameProps) {
  const { connection, planning, title, action, outdated = false, onPlan, onClose, onDone } = props;
  const { plan, applyBusy, planError, applyError } = planning;
  const [typed, setTyped] = useState('');
  const ready = plan?.applicable === true && !outdated && isConfirmed(plan, typed) && !applyBusy && applyError === null;
  const destructive = plan?.entries.some((entry) => entry.destructive) ?? false;
  const submit = async (): Promise<void> => {
    if (plan === null || !ready) return;
    const done = await planning.apply(plan.confirm === null ? null : typed);
    if (done !== null) onDone(done);
  };
  const again = applyError !== null ? 'Plan it again' : planError !== null ? 'Try again' : null;
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="xl"
      closeOnClickOutside={false}
      closeOnEscape={!applyBusy}
      closeButtonProps={{ 'aria-label': 'Close', disabled: applyBusy }}
    >
      <div className="stack">
        {props.children}
        {planning.planBusy && (
          <div className="row" role="status">
            <Loader size="xs" /> Looking at the devices…
          </div>
        )}
        {planError !== null && <Failure error={planError} />}
        {plan !== null && !outdated && <PlanReview connection={connection} plan={plan} />}
        {plan !== null && plan.confirm !== null && plan.applicable && !outdated && (
          <ConfirmInput confirm={plan.confirm} value={typed} onChange={setTyped} onSubmit={() => void submit()} />
        )}
        {(applyBusy || applyError !== null) && <Steps label={title} steps={planning.steps} />}
        {applyError !== null && <Failure error={applyError} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose} disabled={applyBusy}>
            {applyError === null ? 'Cancel' : 'Close'}
          </Button>
          {again === null ? (
            <Button
              color={destructive ? 'red' : 'blue'}
              disabled={!ready}
              loading={applyBusy}
              onClick={() => void submit()}
            >
              {action}
            </Button>
          ) : (
            <Button onClick={onPlan}>{again}</Button>
          )}
        </div>
      </div>
    </Modal>
  );
}
