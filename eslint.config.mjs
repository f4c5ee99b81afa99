import tseslint from 'typescript-eslint';

const outsideWorld = ['Date', 'Math', 'process', 'crypto', 'fetch', 'setTimeout', 'setInterval'];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.data/', '.cache/', '.packages/', 'coverage/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      complexity: ['error', 10],
      'max-lines': ['error', { max: 250, skipComments: true, skipBlankLines: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // Made of the schemas, not written.
    files: ['libs/contracts/src/schema-types.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['**/*.spec.ts'],
    rules: { 'max-lines': 'off', complexity: 'off' },
  },
  {
    // The domain decides from what it is given: no clock, no chance, no outside world.
    files: ['libs/consent/src/**/*.ts', 'libs/contracts/src/**/*.ts', 'libs/proof/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', ...outsideWorld.filter((name) => name !== 'Math' && name !== 'Date')],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now' }, { object: 'Math', property: 'random' }],
      'no-restricted-syntax': ['error', { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is a parameter here.' }],
    },
  },
);
