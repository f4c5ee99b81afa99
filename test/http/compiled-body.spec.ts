import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CheckBody, ConsentsBody } from '../../apps/api/src/consents/body.js';
import { CompiledBodies } from '../../apps/api/src/http/compiled-body.js';
import { validation } from '../../apps/api/src/http/validation.js';
import { NEWSLETTER, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});

const slow = validation();
const takes = (body: unknown, metatype: typeof ConsentsBody | typeof CheckBody): Promise<boolean> => slow.transform(structuredClone(body), { type: 'body', metatype }).then(() => true, () => false);

const text = fc.oneof(fc.string({ maxLength: 300 }), fc.constantFrom('newsletter', 'email', '1.3', 'sv', 'x'.repeat(64), 'a-', 'A', '', '2026-11-22T10:00:00Z', '2026-02-30T10:00:00Z', '2026-11-22T25:00:00Z', '2026-11-22T10:00:00.1234567Z', '2026-11-22 10:00:00Z', '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11', '5B7F6A52-3C1E-4C0F-9A51-0D6F6A3A9E11', '00000000-0000-0000-0000-000000000000', 'urn:uuid:5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11'));
const anything = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.array(text, { maxLength: 3 }), fc.dictionary(fc.constantFrom('id', 'email', 'x'), text));
const whole = { subject: { email: 'a@b.se', person: '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11', phone: '+46', customer: '1', portal: '2', device: 'd' }, ...NEWSLETTER, occurredAt: '2026-11-22T10:00:00Z' };
const paths = ['subject', 'subject.email', 'subject.person', 'subject.phone', 'subject.x', 'decisions', 'decisions.0', 'decisions.0.purpose', 'decisions.0.decision', 'decisions.0.channels', 'decisions.0.partners', 'decisions.0.ifVersion', 'notice', 'notice.id', 'notice.version', 'notice.locale', 'capture', 'capture.context', 'capture.url', 'capture.point', 'occurredAt', 'extra'];

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const holder = steps.reduce<Record<string, unknown> | undefined>((at, step) => at?.[step] as Record<string, unknown> | undefined, target);
  if (typeof holder === 'object' && holder !== null) holder[last] = value;
}

test('what the compiled validator takes, class-validator takes: nothing comes in by the fast way alone', async () => {
  const compiled = api.app.get(CompiledBodies);
  expect(compiled.accepts('ConsentsBody', whole)).toBe(true);
  expect(compiled.accepts('CheckBody', { subject: { email: 'a@b.se' }, purpose: 'newsletter' })).toBe(true);
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...paths), anything), { minLength: 1, maxLength: 3 }), async (changes) => {
      const body = structuredClone(whole) as Record<string, unknown>;
      for (const [path, value] of changes) put(body, path, value);
      if (!compiled.accepts('ConsentsBody', body)) return;
      taken += 1;
      expect(await takes(body, ConsentsBody)).toBe(true);
    }),
    { numRuns: 6_000 },
  );
  expect(taken).toBeGreaterThan(100);
});
