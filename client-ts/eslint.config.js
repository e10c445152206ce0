import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

import dashboardLayers from './apps/dashboard/eslint.layers.js';

// The house rules that a machine can check: a function fits on a screen, a file stops at 500 lines.
const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 500;

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', '**/playwright-report/**', '**/test-results/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'max-lines-per-function': ['error', { max: FUNCTION_LINES_MAX, skipComments: true, skipBlankLines: true, IIFEs: true }],
      'max-lines': ['error', { max: FILE_LINES_MAX }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // A suite is a list of cases, not one function to be understood at a glance.
    files: ['**/*.test.ts', '**/*.test.tsx', '**/test/**', 'e2e/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
  ...dashboardLayers,
);
