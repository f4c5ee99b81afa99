// One person of the first user, from the first visit to the erasure, by the public API of a running installation:
//   npm start            in one terminal
//   node scripts/walk.mjs [catalogue]   in another; as often as you like, each time with a new address
//
// It publishes two versions of a notice of its own (walk-newsletter), the second with a material change: that ends the consents
// given under this notice, which are those of earlier and concurrent walks. In the end the catalogue is in force that was
// before; name it where it is not the one that comes with Samtycke. The person is erased; his events stay and name nobody.
import { randomUUID } from 'node:crypto';
import { exit } from 'node:process';
import { openInstallation, until } from './walk/installation.mjs';
import { walkNotices } from './walk/notice.mjs';
import { scannedForm } from './walk/paper.mjs';
import { historyTable } from './walk/table.mjs';

const SECONDS_AHEAD = 8;
const DAY_MS = 24 * 60 * 60 * 1000;
const email = `walk.${randomUUID().slice(0, 8)}@example.se`;
const subject = { email };

const ledger = await openInstallation().catch((error) => {
  console.error(error.message);
  exit(1);
});
const notices = await walkNotices(ledger, process.argv[2]);

let step = 0;
const tell = (text) => console.log(`\n${(step += 1)}. ${text}`);
const show = (name, value) => console.log(`   ${name}: ${value}`);
const inWords = ({ status, allowed }) => `${status}, ${allowed ? 'allowed' : 'not allowed'}`;

const check = (who, purpose) => ledger.post('consents:read', '/v1/check', { subject: who, purpose });
const decide = (as, who, decisions, more) => ledger.post(as, '/v1/consents', { subject: who, decisions, ...more });
const stateOf = async (holder, purpose, query = '') => (await ledger.get('consents:read', `/v1/people/${holder}/consents${query}`)).consents.find((one) => one.purpose === purpose);

async function visit() {
  tell('A visitor answers the cookie choices. There is something to remember now, so his device gets an id.');
  const { device, token } = await ledger.post('site', '/v1/devices');
  const answer = await decide('site', { device: token }, [
    { purpose: 'statistics', decision: 'grant' },
    { purpose: 'site-improvement', decision: 'grant' },
    { purpose: 'analytics-segmentation', decision: 'refuse' },
  ], { notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner' } });
  for (const one of answer.decisions) show(one.purpose, inWords(one));
  return { device, token };
}

async function subscribe(notice) {
  tell(`He types ${email} into the newsletter's form. The website is told nothing about the address; a mail goes out.`);
  const answer = await decide('site', subject, [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }], { notice, capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer' } });
  show('the website gets', JSON.stringify(answer));
  const mail = await ledger.mailTo(email);
  show('before he confirms', inWords(await check(subject, 'newsletter')));
  await fetch(mail.link);
  show('after a scanner has opened the link', inWords(await check(subject, 'newsletter')));
  await fetch(mail.link, { method: 'POST' });
  show(`after he has pressed the button of “${mail.subject}”`, inWords(await check(subject, 'newsletter')));
  return (await ledger.post('people:read', '/v1/people/lookup', { subject })).person;
}

async function signIn(person, { device, token }) {
  tell('He signs in to the portal, says no to statistics there, and the portal links the device that he sits at.');
  await ledger.post('people:write', `/v1/people/${person}/rectify`, { add: { portal: `portal-${email}` } });
  await decide('consents:write', { person }, [{ purpose: 'statistics', decision: 'refuse' }], { capture: { context: 'portal-login', method: 'portal' } });
  show('statistics on the device, before the link', inWords(await stateOf(device, 'statistics')));
  await ledger.post('people:write', `/v1/people/${person}/links`, { device: token });
  const crossed = await until('his no to reach the device', async () => {
    const state = await stateOf(device, 'statistics');
    return state.allowed ? undefined : state;
  });
  show('statistics on the device: his own no has crossed', inWords(crossed));
  show('site-improvement on the device: nobody said no', inWords(await stateOf(device, 'site-improvement')));
  const refused = await ledger.post('consents:write', '/v1/consents', { subject: { person }, decisions: [{ purpose: 'statistics', decision: 'grant' }], notice: { id: 'cookies', version: '1.3', locale: 'sv' } }, { expected: [422] });
  show('a grant never crosses: given for the person it is refused', refused.code);
}

async function object(person) {
  tell('He objects to marketing reach, which rests on legitimate interest. Against direct marketing there is no override.');
  show('before', inWords(await check(subject, 'marketing-reach')));
  await decide('consents:write', subject, [{ purpose: 'marketing-reach', decision: 'object' }]);
  show('after', inWords(await check(subject, 'marketing-reach')));
  const { code } = await ledger.post('people:write', `/v1/people/${person}/objections/marketing-reach/override`, { ground: 'compelling' }, { expected: [409] });
  show('an operator tries to override it', code);
}

async function changeNotice(person) {
  tell(`The notice that he consented under changes materially, ${SECONDS_AHEAD} seconds from now.`);
  const { notice, said } = await notices.material(SECONDS_AHEAD);
  console.log(said.replaceAll(/^/gm, '   | '));
  show('until its day', inWords(await check(subject, 'newsletter')));
  const ended = await until('the withdrawal', async () => (await ledger.history(person)).find(({ reason }) => reason === 'notice-changed'));
  show(`the ledger writes ${ended.type}, reason ${ended.reason}`, inWords(await check(subject, 'newsletter')));
  show('to be asked again under', `${notice.id} ${notice.version}`);
}

async function paper(person) {
  const signed = new Date(Date.now() - 14 * DAY_MS);
  tell(`A form turns up that he signed two weeks ago (${signed.toISOString().slice(0, 10)}). It is recorded with the scan, and changes nothing: he has decided since.`);
  const { id } = await ledger.post('consents:backdate', '/v1/evidence', scannedForm('Newsletter: yes. Anna'), { type: 'application/pdf' });
  const before = new Date();
  const { decisions: [one] } = await decide('consents:backdate', subject, [{ purpose: 'newsletter', decision: 'grant' }], {
    notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { context: 'business-event', method: 'paper' }, occurredAt: signed.toISOString(), evidence: [{ file: id }],
  });
  show(`recorded as ${one.code}`, inWords(one));
  const then = new Date(signed.getTime() + DAY_MS).toISOString();
  show('what held the day after, as known now', inWords(await stateOf(person, 'newsletter', `?asOf=${then}`)));
  show('what held the day after, as known before the form turned up', inWords(await stateOf(person, 'newsletter', `?asOf=${then}&knownAt=${before.toISOString()}`)));
}

async function erase(person) {
  tell('He asks to be erased.');
  const until = new Date(Date.now() + 5 * 365 * DAY_MS).toISOString();
  const { erased, kept, removed } = await ledger.post('people:write', `/v1/people/${person}/erase`, { kept: [{ category: 'bank', ground: 'accounting-law', until }] });
  show('removed', `${erased.identifiers} identifiers, ${erased.evidence} pieces of evidence${removed ? '' : ' (under way)'}`);
  for (const one of kept) show('kept elsewhere', `${one.category}, on the ground ${one.ground}, until ${one.until?.slice(0, 10)}`);
  show('newsletter', inWords(await check(subject, 'newsletter')));
  show('marketing-reach', inWords(await check(subject, 'marketing-reach')));
}

try {
  const { notice } = await notices.first();
  const device = await visit();
  const person = await subscribe(notice);
  await signIn(person, device);
  await object(person);
  await changeNotice(person);
  await paper(person);
  await erase(person);
  await until('his device to be erased with him', async () => (await ledger.history(device.device)).some(({ type, purpose }) => type === 'person-erased' && purpose === '~person'));

  const names = new Map([[person, 'the person'], [device.device, 'the device'], ['website', 'somebody on the website'], ['development', 'a system (its key)']]);
  console.log(`\nThe history of the person ${person}\n\n${historyTable(await ledger.history(person), names)}`);
  console.log(`\nThe history of his device ${device.device}\n\n${historyTable(await ledger.history(device.device), names)}`);
} finally {
  await notices.restore();
}
