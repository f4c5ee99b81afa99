import type { Range } from '../store/chart.js';

export const LANGUAGES = ['sv', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Everything a page says, in one language. */
export interface Words {
  title: string;
  skip: string;
  otherLanguage: { code: Language; name: string };
  states: Record<'following' | 'learning' | 'waiting', string>;
  views: (count: number) => string;
  lead: string;
  noneYet: string;
  devices: string;
  anonymousToday: string;
  latestReaction: string;
  nothingYet: string;
  chart: string;
  chartHint: string;
  ranges: Record<Range, string>;
  rangesLabel: string;
  chartSays: (views: number, range: string) => string;
  asTable: string;
  columns: Record<'time' | 'views' | 'anonymous' | 'page' | 'segment' | 'devices', string>;
  series: Record<'views' | 'anonymous', string>;
  pages: string;
  pagesHint: string;
  noPages: string;
  segments: string;
  segmentsHint: string;
  noSegments: string;
  start: string;
  inSegment: (devices: number) => string;
  happened: string;
  happenedHint: string;
  nothingHappened: string;
  purposes: Record<string, string>;
  kinds: Record<'granted' | 'withdrawn' | 'refused' | 'changed', string>;
  reasons: Record<string, string>;
  removed: (count: number) => string;
  tookPlace: (duration: string) => string;
  back: string;
  errors: Record<'notFound' | 'failed', string>;
}

const sv: Words = {
  title: 'Besöksstatistik',
  skip: 'Till innehållet',
  otherLanguage: { code: 'en', name: 'English' },
  states: { following: 'Följer besluten', learning: 'Läser in besluten', waiting: 'Väntar på förbindelse' },
  views: (count) => (count === 1 ? 'sidvisning med tillåtelse' : 'sidvisningar med tillåtelse'),
  lead: 'Bara den som har sagt ja räknas. Tas ett ja tillbaka raderas allt om enheten i samma ögonblick.',
  noneYet: 'Ingen besökare har sagt ja ännu. Så snart någon gör det syns det här.',
  devices: 'enheter bakom dem',
  anonymousToday: 'visningar i dag av okända, bara ett antal',
  latestReaction: 'tog det att verkställa senaste beslutet',
  nothingYet: 'inget beslut ännu',
  chart: 'Visningar',
  chartHint: 'Visningar av enheter som har tillåtit det.',
  ranges: { hour: 'Timme', day: 'Dygn', month: 'Månad' },
  rangesLabel: 'Tidsrymd',
  chartSays: (views, range) => `Stapeldiagram, ${range.toLowerCase()}: ${views} visningar. Siffrorna står i tabellen under diagrammet.`,
  asTable: 'Visa som tabell',
  columns: { time: 'Tid', views: 'Med tillåtelse', anonymous: 'Okända', page: 'Sida', segment: 'Intresse', devices: 'Enheter' },
  series: { views: 'Med tillåtelse', anonymous: 'Okända' },
  pages: 'Mest sedda sidor',
  pagesHint: 'De senaste 30 dagarna.',
  noPages: 'Inga visningar ännu.',
  segments: 'Intressen',
  segmentsHint: 'Av enheter som har sagt ja till analys och segmentering.',
  noSegments: 'Ingen enhet har sagt ja till segmentering ännu.',
  start: 'Startsidan',
  inSegment: (devices) => `${devices} ${devices === 1 ? 'enhet' : 'enheter'}`,
  happened: 'Det som händer',
  happenedHint: 'Varje beslut, hur fort det verkställdes och vad som raderades.',
  nothingHappened: 'Inget ännu. Beslut dyker upp här i samma stund som de verkställs.',
  purposes: { statistics: 'statistik', 'analytics-segmentation': 'segmentering' },
  kinds: { granted: 'Ja till', withdrawn: 'Tog tillbaka', refused: 'Nej till', changed: 'Ändrade' },
  reasons: {
    person: 'eget beslut', unverified: 'via formulär', expired: 'gick ut', 'notice-changed': 'ny information', erased: 'raderad', retention: 'gallrad',
    import: 'import', operator: 'handläggare', gpc: 'webbläsarens signal', 'linked-person': 'följde personen',
  },
  removed: (count) => `${count} ${count === 1 ? 'rad raderad' : 'rader raderade'}`,
  tookPlace: (duration) => `verkställt på ${duration}`,
  back: 'Till översikten',
  errors: { notFound: 'Det finns ingen sådan sida.', failed: 'Något gick fel. Försök igen om en stund.' },
};

const en: Words = {
  title: 'Visitor statistics',
  skip: 'Skip to content',
  otherLanguage: { code: 'sv', name: 'Svenska' },
  states: { following: 'Following decisions', learning: 'Reading decisions', waiting: 'Waiting for a connection' },
  views: (count) => (count === 1 ? 'page view with permission' : 'page views with permission'),
  lead: 'Only those who said yes are counted. When a yes is taken back, everything about the device is deleted in that same moment.',
  noneYet: 'No visitor has said yes so far. As soon as one does, it shows here.',
  devices: 'devices behind them',
  anonymousToday: 'views by unknown visitors today, a bare number',
  latestReaction: 'to carry out the latest decision',
  nothingYet: 'no decision so far',
  chart: 'Views',
  chartHint: 'Views by devices that allow it.',
  ranges: { hour: 'Hour', day: 'Day', month: 'Month' },
  rangesLabel: 'Range',
  chartSays: (views, range) => `Bar chart, ${range.toLowerCase()}: ${views} views. The figures stand in the table below the chart.`,
  asTable: 'Show as a table',
  columns: { time: 'Time', views: 'With permission', anonymous: 'Unknown', page: 'Page', segment: 'Interest', devices: 'Devices' },
  series: { views: 'With permission', anonymous: 'Unknown' },
  pages: 'Most viewed pages',
  pagesHint: 'The last 30 days.',
  noPages: 'No views so far.',
  segments: 'Interests',
  segmentsHint: 'Of devices that said yes to analysis and segmentation.',
  noSegments: 'No device has said yes to segmentation so far.',
  start: 'Start page',
  inSegment: (devices) => `${devices} ${devices === 1 ? 'device' : 'devices'}`,
  happened: 'What happens',
  happenedHint: 'Every decision, how fast it was carried out, and what was deleted.',
  nothingHappened: 'Nothing so far. Decisions turn up here the moment they are carried out.',
  purposes: { statistics: 'statistics', 'analytics-segmentation': 'segmentation' },
  kinds: { granted: 'Yes to', withdrawn: 'Took back', refused: 'No to', changed: 'Changed' },
  reasons: {
    person: 'own decision', unverified: 'by form', expired: 'ran out', 'notice-changed': 'new information', erased: 'erased', retention: 'retention',
    import: 'import', operator: 'operator', gpc: 'browser signal', 'linked-person': 'followed the person',
  },
  removed: (count) => `${count} ${count === 1 ? 'row deleted' : 'rows deleted'}`,
  tookPlace: (duration) => `carried out in ${duration}`,
  back: 'To the overview',
  errors: { notFound: 'There is no such page.', failed: 'Something went wrong. Try again in a moment.' },
};

export const WORDS: Record<Language, Words> = { sv, en };
