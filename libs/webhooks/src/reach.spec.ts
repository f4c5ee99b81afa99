import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Reach } from './index.js';

const anywhere = new URL('https://crm.example.com/hook');
const nothingAllowed = new Reach();

describe('without permission nothing is sent', () => {
  test.each([
    '127.0.0.1', '127.8.8.8', '10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '100.100.100.200', '168.63.129.16', '192.0.0.192', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1', '203.0.113.7',
    '::', '::1', '::ffff:10.0.0.1', '::ffff:93.184.216.34', '::7f00:1', '64:ff9b::a00:1', '64:ff9b:1::a00:1', '2002:a00:1::', '2001::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1', '4000::1', 'nonsense', '',
  ])('to the address %s', (address) => {
    expect(nothingAllowed.reaches(anywhere, address)).toBe(false);
  });

  test('to any private address, however it is mapped into IPv6', () => {
    const part = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom('10', '127', '0'), part, part, part, (a, b, c, d) => {
        const v4 = `${a}.${b}.${c}.${d}`;
        for (const address of [v4, `::ffff:${v4}`, `::${v4}`, `64:ff9b::${v4}`]) expect(nothingAllowed.reaches(anywhere, address)).toBe(false);
      }),
    );
  });

  test.each([
    'http://crm.example.com/hook', 'https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://[::1]/', 'https://[::ffff:7f00:1]/', 'https://169.254.169.254/latest/meta-data', 'ftp://crm.example.com/', 'https://user:secret@crm.example.com/',
    'https://crm.example.com/#part', 'crm.example.com', '', `https://crm.example.com/${'x'.repeat(2_000)}`,
  ])('to the URL %.60s', (url) => {
    expect(nothingAllowed.faultOf(url)).toEqual(expect.any(String));
  });
});

test.each(['8.8.8.8', '2606:4700::1111'])('the public internet is within reach: %s', (address) => {
  expect(nothingAllowed.reaches(anywhere, address)).toBe(true);
  expect(nothingAllowed.faultOf('https://crm.example.com:8443/hook?of=samtycke')).toBeUndefined();
});

describe('an operator allows', () => {
  test('a host, with any port and plain http, and no other host', () => {
    const reach = Reach.of(' crm.internal , [fd00::7]');
    expect(reach.faultOf('http://crm.internal:9000/')).toBeUndefined();
    expect(reach.faultOf('https://[fd00::7]/')).toBeUndefined();
    expect(reach.reaches(new URL('http://CRM.internal/'), '10.0.0.9')).toBe(true);
    expect(reach.reaches(new URL('https://other.internal/'), '10.0.0.9')).toBe(false);
  });

  test('a host with one port only', () => {
    const reach = new Reach(['127.0.0.1:9001']);
    expect(reach.faultOf('http://127.0.0.1:9001/hook')).toBeUndefined();
    expect(reach.faultOf('http://127.0.0.1:9002/hook')).toEqual(expect.any(String));
  });

  test('a range of addresses, by https whatever the name, by http only where it is the host', () => {
    const reach = new Reach(['10.1.0.0/16', 'fd00:1::/32']);
    expect(reach.reaches(anywhere, '10.1.2.3')).toBe(true);
    expect(reach.reaches(anywhere, '::ffff:10.1.2.3')).toBe(true);
    expect(reach.reaches(anywhere, 'fd00:1::5')).toBe(true);
    expect(reach.reaches(anywhere, '10.2.2.3')).toBe(false);
    expect(reach.faultOf('http://10.1.2.3/')).toBeUndefined();
    expect(reach.faultOf('http://crm.example.com/')).toEqual(expect.any(String));
  });

  test.each(['10.0.0.0/99', 'https://crm.internal', 'crm.internal/hook', '*.internal', 'a b'])('nothing by an entry that is none: %s', (entry) => {
    expect(() => Reach.of(entry)).toThrow(RangeError);
  });
});
