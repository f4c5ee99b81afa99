import type { SignInWords } from './wording.js';

export const sv: SignInWords = {
  mail: {
    title: 'Med en länk i mejlet',
    field: 'Din e-postadress',
    hint: 'Vi skickar en länk som gäller i 15 minuter och bara en gång. Inget lösenord behövs.',
    button: 'Skicka länken',
    wrong: 'Skriv en hel e-postadress, till exempel anna@example.se.',
  },
  sent: {
    title: 'Titta i din inkorg',
    words: 'Har du skrivit rätt adress ligger där om en liten stund ett mejl med en länk. Den gäller i 15 minuter. Kommer inget mejl, titta i skräpposten eller försök igen.',
    again: 'Skriv adressen igen',
    folder: 'Här skickas inga riktiga mejl: de läggs som .eml-filer i mappen {folder}. Öppna den nyaste.',
  },
  link: { title: 'Nästan framme', words: 'Du loggar in som {email}. Länken fungerar en gång.', button: 'Logga in' },
  tooMany: { title: 'Många försök härifrån', words: 'Från ditt nätverk har många länkar beställts den senaste timmen. Vänta en stund och försök igen.' },
  used: { title: 'Länken gäller inte längre', words: 'Den har redan använts, eller är äldre än 15 minuter. Ingen är inloggad. Be om en ny.' },
  provider: { title: 'Med ditt konto', button: 'Logga in med {name}' },
  problem: {
    cancelled: { title: 'Du avbröt inloggningen', words: 'Ingenting har hänt, och du är inte inloggad.' },
    down: { title: 'Inloggningstjänsten svarar inte', words: '{name} går inte att nå just nu. Du är inte inloggad. Försök igen om en stund.' },
    unnamed: { title: 'Vi fick inte veta vem du är', words: '{name} har inte bekräftat någon uppgift som vi kan känna igen dig på, till exempel en bekräftad e-postadress. Du är inte inloggad.' },
    failed: { title: 'Inloggningen gick inte att bekräfta', words: 'Svaret från {name} stämde inte, så vi släppte inte in någon. Försök igen.' },
    stale: { title: 'Den här inloggningen är inte din eller redan slut', words: 'Den började i en annan webbläsare, har redan använts eller tog mer än tio minuter. Ingen är inloggad. Börja om.' },
    tooMany: { title: 'Många försök härifrån', words: 'Från ditt nätverk har många inloggningar påbörjats de senaste tio minuterna. Du är inte inloggad. Vänta en stund och försök igen.' },
  },
  again: 'Till inloggningen',
  signedOut: { title: 'Du är utloggad här', words: 'Nu loggas du ut hos {name} också.', button: 'Logga ut hos {name}' },
  onward: { title: 'Ett ögonblick', words: 'Din webbläsare kopplas till dina val, så att ett nej här gäller på webbplatsen också.', button: 'Fortsätt' },
  letter: {
    subject: 'Din länk till Mina val',
    hello: 'Hej!',
    why: 'Någon, troligen du, vill logga in och se vad dina uppgifter används till. Öppna länken och tryck på knappen där:',
    action: 'Logga in',
    ends: 'Länken gäller i 15 minuter och kan användas en gång.',
    ignore: 'Var det inte du? Då behöver du inte göra något. Utan länken kommer ingen in.',
  },
  addressLetter: {
    subject: 'Är det här din nya adress?',
    hello: 'Hej!',
    why: 'Någon, troligen du, har bett oss att lägga till den här e-postadressen bland sina uppgifter. Öppna länken för att visa att adressen är din. Öppnar du den i en annan webbläsare än den du bad i behöver du koden som står där:',
    action: 'Visa att adressen är min',
    ends: 'Länken gäller i 15 minuter och kan användas en gång.',
    ignore: 'Var det inte du? Då behöver du inte göra något. Utan länken läggs adressen inte till.',
  },
};
