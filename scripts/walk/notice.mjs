// A notice of the walk's own, for a context of its own: the text of the newsletter's sign-up under another id. Its material change ends the consents
// that were given under it, and nobody else's.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalogue } from '#catalogue';
import { until } from './installation.mjs';

const ID = 'walk-newsletter';
const COPIED = 'newsletter-signup';

/** UTC with six decimals, as the catalogue writes times. */
const timeText = (time) => `${time.toISOString().slice(0, 23)}000Z`;

function withNotice(catalogue, version, { change, from }) {
  const copies = catalogue.notices.filter(({ document }) => document.id === COPIED).map(({ document, basedOn }) => ({
    document: { ...document, id: ID, version, body: `${document.body}\n\n${version}` },
    basedOn,
    change,
    ...(from && { from: timeText(from) }),
  }));
  const { contexts, texts } = catalogue;
  return {
    ...catalogue,
    contexts: [...contexts, { ...contexts.find(({ id }) => id === COPIED), id: ID }],
    texts: { ...texts, contexts: { ...texts.contexts, [ID]: texts.contexts[COPIED] } },
    notices: [...catalogue.notices, ...copies],
  };
}

/** `path`: the catalogue that the installation runs with, where it is not the one that comes with Samtycke. */
export async function walkNotices(installation, path) {
  const catalogue = loadCatalogue(path);
  const folder = await mkdtemp(join(tmpdir(), 'samtycke-walk-'));
  const run = new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');

  async function load(changed) {
    const file = join(folder, 'catalogue.json');
    await writeFile(file, JSON.stringify(changed));
    return installation.samtycke('catalogue', 'load', file);
  }

  async function publish(number, marks) {
    const version = `${run}.${number}`;
    const said = await load(withNotice(catalogue, version, marks));
    await until(`the api to know ${ID} ${version}`, async () => (await installation.get('consents:read', `/v1/notices/${ID}?version=${version}&locale=sv`, { expected: [200, 404] })).version);
    return { notice: { id: ID, version, locale: 'sv' }, said };
  }

  return {
    /** Consents under earlier walks' versions stand. */
    first: () => publish(0, { change: 'editorial' }),
    /** Counts after some seconds. */
    material: (seconds) => publish(1, { change: 'material', from: new Date(Date.now() + seconds * 1000) }),
    /** The catalogue as it was: the notice stays readable for ever, and nobody is shown it. */
    async restore() {
      await load(catalogue);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
