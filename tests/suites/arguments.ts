/** A number from 1 on that stands on a command line; ends the program with a sentence when it is none. */
export function countArgument(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  console.error(`--${name} takes a number from 1 on, not "${text}".`);
  process.exit(2);
}
