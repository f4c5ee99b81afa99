import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { LedgerEvent } from './schema-types.js';
import { messageData, messageHeaders } from './message.js';

const fixture = (name: string): LedgerEvent => JSON.parse(readFileSync(join(process.cwd(), 'test/fixtures/vectors/format1', name), 'utf8')) as LedgerEvent;
const golden = JSON.parse(readFileSync(join(process.cwd(), 'test/contract/messages.golden.json'), 'utf8')) as Record<string, unknown>;

// The golden messages may grow; what stands in them never changes: consumers all over read it.
test.each([['event-1.json', 0], ['event-2.json', 1]] as const)('the message of %s is what consumers were promised', (name, index) => {
  const event = fixture(name);
  const message = { key: event.person, headers: messageHeaders(event, index), data: JSON.parse(JSON.stringify(messageData(event, 'f'.repeat(64)))) as unknown };
  expect(message).toEqual(golden[name]);
});
