import type { CheckVerdict, Finding } from '../../app/cli/spare.ts';
import { UNIT_SECTORS } from '../layout.ts';

/** What was found, told as it is found and counted. */
export class Findings {
  fatal = 0;
  damage = 0;
  readonly #tell: (finding: Finding) => void;

  constructor(tell: (finding: Finding) => void) {
    this.#tell = tell;
  }

  get verdict(): CheckVerdict {
    if (this.fatal > 0) return 'unrepairable';
    return this.damage > 0 ? 'repairable' : 'clean';
  }

  add(level: Finding['level'], what: Pick<Finding, 'part' | 'code' | 'sentence'>, where: Where = {}): void {
    if (level !== 'note') this[level] += 1;
    const { copy = null, unit = null, at = null, spareBlock = null } = where;
    this.#tell({ level, ...what, copy, unit, sector: at === null ? null : at * UNIT_SECTORS, spareBlock });
  }
}

export interface Where {
  readonly copy?: number;
  /** Number of the unit within its part. */
  readonly unit?: number;
  /** Number of the unit on the spare. */
  readonly at?: number;
  readonly spareBlock?: number;
}

/** Why a unit is not valid, as the end of a sentence that begins with what it is. */
export function faultWords(code: Finding['code']): string {
  switch (code) {
    case 'unreadable':
      return 'cannot be read';
    case 'blank':
      return 'is blank';
    case 'magic':
      return 'holds something else';
    case 'checksum':
      return 'has a wrong checksum';
    case 'uuid':
      return 'belongs to another pair';
    case 'index':
      return 'belongs to another place';
    case 'stale':
      return 'is older than that of the other copy';
    case 'missed':
      return 'lacks a write that the other copy got';
    case 'sequence':
      return 'belongs to another save';
    case 'kind':
      return 'is of another kind';
    case 'count':
      return 'says that it holds more than fits into it';
    default:
      return `is wrong (${code})`;
  }
}
