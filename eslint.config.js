import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

import { roomsRule } from './scripts/lint/rooms.js';

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
          allowDefaultProject: ['eslint.config.js', 'scripts/*.mjs', 'scripts/setup/*.mjs', 'scripts/lint/*.js'],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { house: { rules: { rooms: roomsRule } } },
    rules: {
      'house/rooms': 'error',
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
    files: ['main/electron/**/*.ts', 'tests/electron/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    files: ['**/*.{js,mjs}', '*.config.ts'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: [
      'scripts/**',
      'bench/**',
      'tests/*/run.ts',
      'tests/suites/xfstests/run.ts',
      'tests/forecast/speed/run.ts',
      'tests/forecast/speed/train.ts',
      'tests/suites/arguments.ts',
      'lab/cli.ts',
      'main/web/cli.ts',
      'main/web/cli/**',
    ],
    rules: { 'no-console': 'off' },
  },
);
