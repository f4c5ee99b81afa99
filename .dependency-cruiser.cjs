/** The house rules of docs/adr/0001, checked by the tests. */
const inside = (lib) => `^libs/${lib}/`;
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'domain-is-pure', severity: 'error', comment: 'libs/consent imports nothing but the words of libs/contracts', from: { path: inside('consent'), pathNot: '\\.spec\\.ts$' }, to: { pathNot: '^libs/(consent|contracts)/' } },
    { name: 'contracts-and-proof-are-pure', severity: 'error', from: { path: '^libs/(contracts|proof)/', pathNot: '\\.spec\\.ts$' }, to: { dependencyTypes: ['core', 'npm'], pathNot: 'node_modules/(safe-stable-stringify|@noble)' } },
    { name: 'nest-in-apps-only', severity: 'error', from: { path: '^libs/(?!consumer-nest)' }, to: { path: 'node_modules/@nestjs' } },
    { name: 'kafkajs-at-the-edges', severity: 'error', from: { pathNot: '^(libs/(consumer|testing)|apps/(relay|worker|cli)|test|bench)/' }, to: { path: 'node_modules/kafkajs' } },
    { name: 'typeorm-at-the-edges', severity: 'error', from: { pathNot: '^(libs/(ledger|outbox|projections|database|consumer|testing)|test)/' }, to: { path: 'node_modules/typeorm' } },
    { name: 'libs-know-no-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    { name: 'apps-keep-apart', severity: 'error', from: { path: '^apps/([^/]+)/' }, to: { path: '^apps/', pathNot: '^apps/$1/' } },
    { name: 'front-door-only', severity: 'error', comment: 'another lib is entered by its src/index.ts', from: { path: '^(apps|libs)/([^/]+)/', pathNot: '\\.spec\\.ts$' }, to: { path: '^libs/', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$'] } },
    { name: 'no-own-door', severity: 'error', comment: 'inside a lib import the file, not the door', from: { path: '^libs/([^/]+)/', pathNot: '\\.spec\\.ts$' }, to: { path: '^libs/$1/src/index\\.ts$' } },
    { name: 'no-tests-in-code', severity: 'error', from: { pathNot: '(\\.spec\\.ts$|^test/|^bench/|^libs/testing/)' }, to: { path: '(\\.spec\\.ts$|^test/|^libs/testing/)' } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, exclude: { path: '^dist/' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, moduleSystems: ['es6', 'cjs'], enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] } },
};
