import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/**
 * The rooms of the house and what each may import besides itself. Imports go one way (docs/architecture.md); whatever
 * is not named here is refused.
 */
const rooms = {
  app: [],
  renderer: ['app'],
  helper: ['app'],
  lab: ['app'],
  main: ['app', 'lab'],
};

const zones = Object.entries(rooms).flatMap(([room, allowed]) =>
  ['app', 'renderer', 'helper', 'lab', 'main', 'tests', 'bench', 'scripts']
    .filter((other) => other !== room && !allowed.includes(other))
    .map((other) => ({
      target: `./${room}`,
      from: `./${other}`,
      message: `${room}/ may import only ${['itself', ...allowed].join(', ')}.`,
    })),
);

/** Only these corners may know the lab or electron: the broker and the web host take ports instead. */
zones.push(
  { target: './main/broker', from: ['./lab', './main/electron', './main/web', './main/connections'] },
  { target: './main/connections', from: ['./main/electron', './main/web', './main/broker'] },
  { target: './main/electron', from: ['./lab', './main/web'] },
  { target: './main/web', from: ['./lab', './main/electron'] },
);

const nodeBuiltins = { group: ['node:*'], message: 'This room runs without Node: it is pure TypeScript.' };
const electronOnly = { name: 'electron', message: 'Only main/electron may import electron.', allowTypeImports: true };

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.cache/**', 'release/**', 'test-results/**', '**/fixtures/**'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: ['eslint.config.js', 'scripts/*.mjs', 'scripts/setup/*.mjs'],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.mjs', '.js'] })] },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'import-x/no-cycle': ['error', { maxDepth: 10 }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [electronOnly],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value='zod'] > :matches(ImportSpecifier, ImportDefaultSpecifier)",
          message: "Use import * as z from 'zod': bundled, it is a sixth of the size.",
        },
      ],
      'max-lines': ['error', 500],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['app/**/*.ts', 'renderer/**/*.ts', 'renderer/**/*.tsx'],
    ignores: ['**/*.test.ts', '**/*.test.tsx'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { paths: [electronOnly], patterns: [nodeBuiltins] }],
    },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules },
  },
  {
    // Tests beside their sources may use the shared doubles of tests/.
    files: ['**/*.test.ts', '**/*.test.tsx'],
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        { basePath: import.meta.dirname, zones: zones.filter((zone) => zone.from !== './tests') },
      ],
    },
  },
  {
    files: ['main/electron/**/*.ts', 'tests/electron/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    files: ['**/*.{js,mjs}', '*.config.ts'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['scripts/**', 'bench/**', 'lab/cli.ts', 'main/web/cli.ts', 'main/web/cli/**'],
    rules: { 'no-console': 'off' },
  },
);
