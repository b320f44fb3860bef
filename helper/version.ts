import packageJson from '../package.json' with { type: 'json' };

/** Version of the program that the helper belongs to. */
export const helperVersion = packageJson.version;
