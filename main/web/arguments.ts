import { parseArgs } from 'node:util';

export interface WebArguments {
  readonly port: number;
  readonly lab: boolean;
  readonly open: boolean;
  readonly allowRoot: boolean;
  readonly help: boolean;
}

export const usage = `usage: npm start -- [options]
  --lab          start the lab at once
  --port <n>     listen on this port of 127.0.0.1 instead of any that is free
  --no-open      do not open a browser
  --allow-root   run although you are root
  --help         show this
`;

/** Reads the command line; a sentence that says what is wrong with it otherwise. */
export function readArguments(args: readonly string[]): WebArguments | { readonly problem: string } {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      strict: true,
      options: {
        port: { type: 'string', default: '0' },
        lab: { type: 'boolean', default: false },
        'no-open': { type: 'boolean', default: false },
        'allow-root': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (thrown) {
    return { problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port <= 65_535)) return { problem: `--port takes a number from 0 to 65535, not "${values.port}".` };
  return {
    port,
    lab: values.lab,
    open: !values['no-open'],
    allowRoot: values['allow-root'],
    help: values.help,
  };
}
