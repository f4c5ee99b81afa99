import { comingDays, courses } from './courses.js';
import type { SiteForm, TextField } from './form.js';

const PASSED_ON = 'Det du skickar går som mejl till Advansor och sparas inte på webbplatsen; bara om vår mejlserver avvisar det ligger det kvar där, i högst 30 dagar.';

const name: TextField = { kind: 'text', name: 'name', label: 'Namn', most: 100, autocomplete: 'name', missing: 'Skriv ditt namn.' };
const email: TextField = { kind: 'email', name: 'email', label: 'E-postadress', most: 254, autocomplete: 'email', missing: 'Skriv en e-postadress, till exempel anna@example.se.' };
const company: TextField = { kind: 'text', name: 'company', label: 'Företag', most: 120, autocomplete: 'organization' };
const phone: TextField = { kind: 'tel', name: 'phone', label: 'Telefon', most: 32, autocomplete: 'tel', hint: 'Om du vill att vi ringer.' };

const TOPICS = ['En anläggning', 'Service eller reservdelar', 'Utbildning', 'Något annat'];
const PRODUCTS = ['Butikskyla', 'Industrikyla', 'Värmepump', 'Vet inte'];
const options = (labels: string[]) => () => labels.map((label) => ({ value: label, label }));

export const contactForm: SiteForm = {
  id: 'contact', path: '/kontakt', context: 'contact', point: 'contact-form',
  title: 'Skriv till oss', send: 'Skicka meddelandet', subject: 'Meddelande från webbplatsen',
  kept: `${PASSED_ON} Ditt ärende sparas så länge det behövs för att svara dig och följa upp.`,
  fields: [
    name, email, company, phone,
    { kind: 'select', name: 'topic', label: 'Vad gäller det?', missing: 'Välj vad det gäller.', options: options(TOPICS) },
    { kind: 'long', name: 'message', label: 'Meddelande', most: 4000, missing: 'Skriv vad du undrar över.' },
  ],
  choices: ['newsletter', 'market-research'],
  thanks: { title: 'Tack, meddelandet är på väg', text: 'Vi svarar oftast inom två arbetsdagar, på det språk du skrev.' },
};

export const eventForm: SiteForm = {
  id: 'event', path: '/utbildningar', context: 'business-event', point: 'event-sign-up',
  title: 'Anmäl dig', send: 'Anmäl mig till utbildningen', subject: 'Anmälan till utbildning',
  kept: `${PASSED_ON} Din anmälan sparas så länge den behövs för evenemanget, ett intyg eller en faktura.`,
  fields: [
    { kind: 'radio', name: 'course', label: 'Vilket tillfälle?', missing: 'Välj ett tillfälle.', options: (now) => courses.flatMap((course) => comingDays(course, now)) },
    name, email, company,
    { kind: 'long', name: 'message', label: 'Något vi bör veta?', most: 1000, hint: 'Till exempel hur länge du har arbetat med koldioxid. Skriv inget om hälsa.' },
  ],
  choices: ['event-follow-up', 'likeness-publication', 'newsletter'],
  thanks: { title: 'Tack för din anmälan', text: 'Vi mejlar en bekräftelse med tid, plats och vad du behöver ha med dig.' },
};

export const complaintForm: SiteForm = {
  id: 'complaint', path: '/reklamation', context: 'complaint', point: 'complaint-form',
  title: 'Beskriv felet', send: 'Skicka reklamationen', subject: 'Reklamation från webbplatsen',
  kept: `${PASSED_ON} Ärendet sparas tills reklamationen är avslutad och så länge det kan finnas anspråk kvar.`,
  fields: [
    { kind: 'select', name: 'product', label: 'Vad gäller det?', missing: 'Välj vad reklamationen gäller.', options: options(PRODUCTS) },
    { kind: 'text', name: 'serial', label: 'Order- eller serienummer', most: 60, hint: 'Står på märkskylten, nere till höger på elskåpet.' },
    { kind: 'long', name: 'message', label: 'Vad är fel, och när märkte du det?', most: 4000, missing: 'Beskriv felet.' },
    { kind: 'files', name: 'files', label: 'Bilder eller dokument', hint: 'Högst tre filer, JPEG, PNG eller PDF, tillsammans högst 10 MB.', confirm: 'Jag får lämna ut filerna, och de kränker ingen annans rättigheter.', unconfirmed: 'Bekräfta att du får lämna ut filerna, eller skicka utan dem.' },
    name, email, phone,
  ],
  choices: ['market-research'],
  thanks: { title: 'Tack, reklamationen är mottagen', text: 'Du får ett ärendenummer med e-post, och besked om vad som händer härnäst.' },
};

export const FORMS = [contactForm, eventForm, complaintForm];
