import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { isSecret, newSecret, signatureHeaders } from './index.js';

const body = JSON.stringify({ type: 'å', data: { purpose: 'newsletter' } });

test("the Standard Webhooks library accepts what is signed here, by each of two secrets, and nothing that was changed", () => {
  const [one, other] = [newSecret(), newSecret()];
  const headers = signatureHeaders({ id: 'msg_1', at: new Date(), body, secrets: [one, other] });
  for (const secret of [one, other]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
  expect(() => new Webhook(one).verify(body.replace('newsletter', 'statistics'), headers)).toThrow();
  expect(() => new Webhook(one).verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow();
});

test('a signature of ten minutes ago is refused by the library: the time of the try is signed, not that of the event', () => {
  const secret = newSecret();
  expect(() => new Webhook(secret).verify(body, signatureHeaders({ id: 'msg_1', at: new Date(Date.now() - 600_000), body, secrets: [secret] }))).toThrow();
});

test('the example of the Standard Webhooks specification has the same signature here', () => {
  const at = new Date(1_614_265_330_000);
  const headers = signatureHeaders({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at, body: '{"test": 2432232314}', secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] });
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test.each([['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', true], ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', false], ['whsec_c2hvcnQ=', false], ['whsec_not base64', false]])('%s is a secret: %s', (text, is) => {
  expect(isSecret(text)).toBe(is);
});
