// The direction of imports: shared → features → app. A feature does not know another one; what two
// of them need moves to shared.
const FEATURES = ['auth', 'billing', 'editor', 'overview', 'planner', 'publish', 'settings', 'system', 'team', 'thinker', 'writer'];

const forbid = (files, patterns, message) => ({
  files: files.map((file) => `apps/dashboard/src/${file}/**/*.{ts,tsx}`),
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] },
});

export default [
  forbid(['shared'], ['~/features/*', '~/features/**', '~/app/*', '~/app/**'], 'shared knows neither features nor the app: pass it in as a prop.'),
  ...FEATURES.map((feature) =>
    forbid(
      [`features/${feature}`],
      ['~/app/*', '~/app/**', ...FEATURES.filter((other) => other !== feature).map((other) => `~/features/${other}/**`)],
      'A feature knows shared and itself: move what two of them need to shared.',
    ),
  ),
];
