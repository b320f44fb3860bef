import { randomUUID } from 'node:crypto';

import type { Intent, Plan, StepProgress } from '../../app/domain/plan.ts';
import { AppError, appError } from '../../app/errors.ts';
import { fitReason } from '../fit.ts';
import type { PlanStore } from '../plan-store.ts';
import { prepareActivate } from './activate.ts';
import { prepareCreate } from './create.ts';
import { prepareDeactivate } from './deactivate.ts';
import { digestOf, isApplicable, look, type Prepared, type View } from './prepared.ts';
import { prepareRemove } from './remove.ts';
import { Steps } from './steps.ts';

/** Says what would happen and binds it to what is there now. Changes nothing. */
export async function makePlan(intent: Intent, plans: PlanStore): Promise<Plan> {
  const prepared = await prepare(intent, await look(), randomUUID());
  const reasons = prepared.plan.reasons.map(fitReason);
  const plan = { ...prepared.plan, reasons, applicable: isApplicable(reasons) };
  return plans.add(plan, digestOf(prepared.seen), prepared.uuid);
}

/** Carries a plan out if everything it saw is still so. The caller holds the lock of the mutations. */
export async function applyPlan(
  token: string,
  confirmation: string | null,
  plans: PlanStore,
  tell: (progress: StepProgress) => void,
): Promise<{ name: string; path: string | null }> {
  const stored = plans.get(token);
  if (!stored.plan.applicable) throw notApplicable(stored.plan);
  checkConfirmation(stored.plan, confirmation);
  plans.use(token);
  const { intent } = stored.plan;
  const prepared = await prepare(intent, await look(), stored.uuid).catch((thrown: unknown) => {
    throw changedNothing(thrown);
  });
  if (digestOf(prepared.seen) !== stored.digest) throw deviceChanged();
  if (!isApplicable(prepared.plan.reasons)) throw notApplicable(prepared.plan);
  await prepared.execute(new Steps(token, prepared.plan.steps, tell));
  const stays = intent.action === 'create' || intent.action === 'activate';
  return { name: intent.name, path: stays ? `/dev/mapper/${intent.name}` : null };
}

function prepare(intent: Intent, view: View, uuid: string): Promise<Prepared> {
  switch (intent.action) {
    case 'create':
      return prepareCreate(intent, view, uuid);
    case 'activate':
      return prepareActivate(intent, view);
    case 'deactivate':
      return prepareDeactivate(intent, view);
    case 'remove':
      return prepareRemove(intent, view);
  }
}

function checkConfirmation({ confirm, entries }: Plan, typed: string | null): void {
  if (confirm === null || typed === confirm.text) return;
  const spare = entries.find(({ role }) => role === 'spare')?.title ?? 'the spare';
  const asked = confirm.kind === 'serial-tail' ? 'the last four characters of the serial number' : 'the name';
  throw appError(
    'confirmation-wrong',
    `What was typed is not ${asked} of ${spare}. Nothing was changed.`,
    'Read it from the disk itself or from the list, and type it as it stands there, capitals included.',
  );
}

function deviceChanged(): AppError {
  return appError(
    'device-changed',
    'A disk is not as it was when you looked at what would happen. Nothing was changed.',
    'Look at the disks again, then at what would happen, and confirm again.',
  );
}

function notApplicable(plan: Pick<Plan, 'reasons'>): AppError {
  const sentences = plan.reasons.filter(({ level }) => level === 'block').map(({ sentence }) => sentence);
  return appError(
    'device-unusable',
    `${sentences[0] ?? 'This cannot be done.'} Nothing was changed.`,
    'Do what it says, then look at what would happen once more.',
    sentences.join('\n').slice(0, 20_000),
  );
}

function changedNothing(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.data.sentence.includes('Nothing was changed')) return thrown;
  return new AppError({ ...thrown.data, sentence: `${thrown.data.sentence} Nothing was changed.`.slice(0, 2000) });
}
