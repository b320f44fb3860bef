import { parseArgs } from 'node:util';

import { targetNameSchema } from '../../app/domain/target.ts';
import type { AppError } from '../../app/errors.ts';
import { badInput } from './input-error.ts';
import { optionsOf, specOf, type VerbName } from './table.ts';

/** What was typed after a verb. */
export class Arguments {
  readonly verb: VerbName;
  readonly #operands: readonly string[];
  readonly #options: ReadonlyMap<string, string | true>;

  private constructor(verb: VerbName, operands: readonly string[], options: ReadonlyMap<string, string | true>) {
    this.verb = verb;
    this.#operands = operands;
    this.#options = options;
  }

  /** Holds what was typed to the table of verbs. Throws `bad-request`. */
  static parse(verb: VerbName, args: readonly string[]): Arguments {
    const specs = optionsOf(verb);
    const options = Object.fromEntries(
      specs.map(({ name, value }) => [name, { type: value === null ? ('boolean' as const) : ('string' as const) }]),
    );
    const { tokens, positionals } = parseArgs({
      args: [...args],
      options,
      strict: false,
      allowPositionals: true,
      tokens: true,
    });
    const given = new Map<string, string | true>();
    for (const token of tokens) {
      if (token.kind !== 'option') continue;
      const spec = specs.find(({ name }) => name === token.name);
      if (spec === undefined) throw misused(verb, `there is no option ${token.rawName}`);
      if (given.has(spec.name)) throw misused(verb, `${token.rawName} was given twice`);
      const { value } = token;
      if (spec.value !== null && (value === undefined || value === '')) {
        throw misused(verb, `${token.rawName} needs ${spec.value}`);
      }
      if (spec.value === null && value !== undefined) throw misused(verb, `${token.rawName} takes no value`);
      given.set(spec.name, value ?? true);
    }
    const parsed = new Arguments(verb, positionals, given);
    if (!parsed.has('help')) parsed.#countOperands();
    return parsed;
  }

  has(option: string): boolean {
    this.#known(option);
    return this.#options.has(option);
  }

  /** Value of an option, null when it was not given. */
  text(option: string): string | null {
    this.#known(option);
    const value = this.#options.get(option);
    return typeof value === 'string' ? value : null;
  }

  /** Value of an option that must be given. */
  needed(option: string): string {
    const value = this.text(option);
    if (value === null) throw misused(this.verb, `--${option} is missing`);
    return value;
  }

  /** A decimal number as value of an option, null when it was not given. */
  count(option: string, least = 0, most = Number.MAX_SAFE_INTEGER): number | null {
    const value = this.text(option);
    return value === null ? null : this.#number(`--${option}`, value, least, most);
  }

  /** An operand by its name in the table, null when it was not given. */
  operand(name: string): string | null {
    const index = specOf(this.verb).operands.findIndex((operand) => operand.name === name);
    if (index === -1) throw new RangeError(`${this.verb} has no operand ${name}`);
    return this.#operands[index] ?? null;
  }

  neededOperand(name: string): string {
    const value = this.operand(name);
    if (value === null) throw misused(this.verb, `${name} is missing`);
    return value;
  }

  countOperand(name: string, least = 0): number | null {
    const value = this.operand(name);
    return value === null ? null : this.#number(name, value, least, Number.MAX_SAFE_INTEGER);
  }

  /** The operand NAME, held to what a pair may be called. */
  pairName(): string {
    const name = this.neededOperand('NAME');
    if (targetNameSchema.safeParse(name).success) return name;
    throw misused(
      this.verb,
      `${JSON.stringify(name)} cannot be the name of a pair: letters, digits, "_", "." and "-", at most 64, a letter or digit first`,
    );
  }

  #number(what: string, value: string, least: number, most: number): number {
    const number = /^\d{1,16}$/.test(value) ? Number(value) : NaN;
    if (Number.isSafeInteger(number) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `a number from ${least} on` : `a number from ${least} to ${most}`;
    throw misused(this.verb, `${what} must be ${range}, not ${JSON.stringify(value)}`);
  }

  #countOperands(): void {
    const { operands } = specOf(this.verb);
    for (const [index, { name, required }] of operands.entries()) {
      if (required && this.#operands[index] === undefined) throw misused(this.verb, `${name} is missing`);
    }
    const more = this.#operands[operands.length];
    if (more !== undefined) throw misused(this.verb, `there is one argument too many, ${JSON.stringify(more)}`);
  }

  #known(option: string): void {
    if (!optionsOf(this.verb).some(({ name }) => name === option)) {
      throw new RangeError(`${this.verb} has no option --${option}`);
    }
  }
}

/** A verb was called wrongly. */
export function misused(verb: VerbName, sentence: string): AppError {
  return badInput(sentence, `See dm-remap ${verb} --help.`);
}
