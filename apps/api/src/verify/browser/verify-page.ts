import { isZip, unpackPack } from '#pack-file';
import { knownFromPack, parseVerifiers, readKept, readKnown, verifyPack, type KnownEvents } from '#proof';
import { primitives } from './primitives.js';
import { element, showRefusal, showReport } from './show-report.js';

const find = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
const result = find<HTMLElement>('result');
const zone = find<HTMLElement>('drop');
const keyField = find<HTMLTextAreaElement>('key');
const missing = find<HTMLElement>('key-missing');

/** What it was that asks for a check. */
type Cause = 'pack' | 'paste' | 'change';

/** What was chosen last: it is checked again whenever what it is checked with has changed. */
let pack: File | undefined;
/** What that was at the newest check. */
let used: unknown[] = [];

const valueOf = (id: string): string => find<HTMLTextAreaElement>(id).value.trim();
const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

/** The file in one of the further fields; undefined where none was chosen. */
const chosen = (id: string): File | undefined => find<HTMLInputElement>(id).files?.[0];

const given = (): unknown[] => [valueOf('key'), valueOf('cosigner'), find<HTMLInputElement>('follow').checked, chosen('checkpoint'), chosen('known')];

/** What cannot be read of what is to be held against the pack says nothing of the pack: which of the fields it is. */
function brought<T>(field: string, read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    throw new RangeError(`${field} cannot be read: ${(error as Error).message}`);
  }
}

async function known(): Promise<KnownEvents[]> {
  const file = chosen('known');
  if (!file) return [];
  const bytes = await bytesOf(file);
  return brought('The other pack, or the JSON of …/proof,', () => (isZip(bytes) ? knownFromPack(unpackPack(bytes)) : readKnown(JSON.parse(new TextDecoder().decode(bytes)))));
}

async function kept(): Promise<string[]> {
  const text = await chosen('checkpoint')?.text();
  return text === undefined ? [] : brought('The checkpoint that you kept', () => readKept(text));
}

/** Whoever has chosen a pack is led to the verdict; whoever pastes sees it and goes on in the field. */
function show(parts: HTMLElement[], cause: Cause): void {
  result.replaceChildren(...parts);
  const title = result.querySelector('h2');
  if (cause === 'pack') title?.focus();
  if (cause === 'paste') title?.scrollIntoView({ block: 'nearest' });
}

/** Why nothing can be checked with what stands in the field of the key; undefined where it holds whole keys. */
function faultOfKey(): string | undefined {
  const key = valueOf('key');
  if (key === '') return 'Paste the log’s public key here first, from a source that you trust: it is never taken from the pack';
  try {
    return void parseVerifiers(primitives.sha256, key);
  } catch (error) {
    return (error as Error).message.replace(/^./, (letter) => letter.toUpperCase());
  }
}

/** At the field; the pack is kept until the key is there. */
function sayOfKey(fault: string | undefined, { name }: File): void {
  missing.textContent = fault === undefined ? '' : `${fault}. ${name} is checked as soon as the key is here.`;
  keyField.setAttribute('aria-describedby', fault === undefined ? 'key-hint' : 'key-missing key-hint');
  if (fault === undefined) keyField.removeAttribute('aria-invalid');
  else keyField.setAttribute('aria-invalid', 'true');
}

async function outcome(file: File): Promise<HTMLElement[]> {
  const trust = { key: valueOf('key'), cosigner: valueOf('cosigner') || undefined, followKeyChanges: find<HTMLInputElement>('follow').checked };
  try {
    const checkpoints = await kept();
    const others = await known();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const files = unpackPack(await bytesOf(file));
    return showReport(verifyPack(files, { ...trust, checkpoints, known: others }, primitives), files);
  } catch (error) {
    return showRefusal(`${(error as Error).message}.`);
  }
}

async function check(file: File, cause: Cause): Promise<void> {
  const mine = (used = given());
  const fault = faultOfKey();
  sayOfKey(fault, file);
  if (fault !== undefined) {
    result.replaceChildren();
    if (cause === 'pack') keyField.focus();
    return;
  }
  result.replaceChildren(element('p', { className: 'busy', children: [`Checking ${file.name} …`] }));
  const parts = await outcome(file);
  // A newer check may have begun meanwhile: what it finds is shown.
  if (mine === used) show(parts, cause);
}

function start(file: File | undefined): void {
  pack = file ?? pack;
  if (file) void check(file, 'pack');
}

/** With what has changed in a field; not before, and not twice with the same. */
function again(cause: Cause): void {
  if (pack && given().some((one, at) => one !== used[at])) void check(pack, cause);
}

// Of what is typed nothing is said before the field is left.
keyField.addEventListener('input', (event) => (event as Partial<InputEvent>).inputType?.startsWith('insertFrom') && faultOfKey() === undefined && again('paste'));
find('form').addEventListener('change', () => again('change'));
find<HTMLInputElement>('pack').addEventListener('change', ({ target }) => {
  const input = target as HTMLInputElement;
  start(input.files?.[0]);
  input.value = '';
});
for (const name of ['dragenter', 'dragover']) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add('over');
  });
}
for (const name of ['dragleave', 'drop']) zone.addEventListener(name, () => zone.classList.remove('over'));
zone.addEventListener('drop', (event) => {
  event.preventDefault();
  start(event.dataTransfer?.files[0]);
});
// A file that is dropped beside the zone must not take the page's place.
for (const name of ['dragover', 'drop']) window.addEventListener(name, (event) => event.preventDefault());
document.documentElement.classList.add('ready');
