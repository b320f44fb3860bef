import type { Reason } from '../../app/domain/block-device.ts';
import type { MappingInfo } from '../parse/info.ts';
import { openersOf } from '../openers.ts';
import { userReasons } from '../reasons.ts';
import { userWords } from '../words.ts';
import { partOf, type View } from './prepared.ts';

/** Why a mapping cannot be removed now: what is mounted from it, lies over it or has it open. */
export async function inUseReasons(info: MappingInfo, view: View): Promise<Reason[]> {
  const users = partOf(view, info.devno)?.users ?? [];
  const reasons = userReasons(
    users,
    (user) => `"${info.name}" is ${userWords(user)}. End that first.`,
    (more) => `"${info.name}" has ${more}. They must be ended too.`,
  );
  if (info.openCount === 0 || reasons.length > 0) return reasons;
  const openers = await openersOf(info.devno);
  const by = openers.length === 0 ? 'something' : openers.join(', ');
  return [{ code: 'held', level: 'block', sentence: `"${info.name}" is opened by ${by}. Close that first.` }];
}
