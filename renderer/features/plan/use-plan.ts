import { useCallback, useRef, useState } from 'react';

import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import type { Intent, Plan } from '../../../app/domain/plan.ts';
import type { ErrorData } from '../../../app/errors.ts';
import { useConnection } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import type { ShownStep } from '../../design/Steps.tsx';

export interface Done {
  readonly name: string;
  readonly path: string | null;
}

export interface Planning {
  readonly plan: Plan | null;
  readonly done: Done | null;
  /** Plans; the newest that is asked for counts. With `nameIsProposal` the broker may know a better name. */
  readonly make: (intent: Intent, options?: { readonly nameIsProposal?: boolean }) => Promise<Plan | null>;
  readonly apply: (confirmation: string | null) => Promise<Done | null>;
  readonly reset: () => void;
  readonly planBusy: boolean;
  readonly applyBusy: boolean;
  readonly planError: ErrorData | null;
  readonly applyError: ErrorData | null;
  /** The plan's steps as far as they have come. */
  readonly steps: readonly ShownStep[];
}

/** A plan, read and then applied once. The helper checks everything again; this only carries its words. */
export function usePlan(connection: ConnectionId): Planning {
  const planCall = useCall('plan');
  const applyCall = useCall('apply');
  const [plan, setPlan] = useState<Plan | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const newest = useRef(0);
  const applying = useConnection(connection)?.applying ?? null;
  const { run: runPlan, clear: clearPlan } = planCall;
  const { run: runApply, clear: clearApply } = applyCall;

  const make = useCallback(
    async (intent: Intent, { nameIsProposal = false } = {}) => {
      const turn = ++newest.current;
      setPlan(null);
      setDone(null);
      clearApply();
      const made = await runPlan({ connection, intent, ...(nameIsProposal && { nameIsProposal }) });
      if (turn !== newest.current) return null;
      setPlan(made);
      return made;
    },
    [connection, runPlan, clearApply],
  );
  const apply = useCallback(
    async (confirmation: string | null) => {
      if (plan === null) return null;
      const result = await runApply({ connection, token: plan.token, confirmation });
      setDone(result);
      return result;
    },
    [connection, plan, runApply],
  );
  const reset = useCallback(() => {
    setPlan(null);
    setDone(null);
    clearPlan();
    clearApply();
  }, [clearPlan, clearApply]);

  // The broker forgets the steps once the plan has ended, one way or the other; a failure is read after that.
  const [lastTold, setLastTold] = useState(applying);
  if (applying !== null && applying !== lastTold) setLastTold(applying);
  const told = lastTold?.filter((step) => step.token === plan?.token) ?? [];
  const ended = applyCall.error !== null;
  const steps = (plan?.steps ?? []).map(({ id, text }): ShownStep => {
    // Progress comes in order; the last word on a step counts.
    const state = told.findLast((step) => step.step === id)?.state ?? (done === null ? 'waiting' : 'done');
    return { id, text, state: ended && state === 'running' ? 'unknown' : state };
  });
  return {
    plan,
    done,
    make,
    apply,
    reset,
    steps,
    planBusy: planCall.busy,
    applyBusy: applyCall.busy,
    planError: planCall.error,
    applyError: applyCall.error,
  };
}
