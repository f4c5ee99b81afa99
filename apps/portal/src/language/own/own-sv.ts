import type { OwnTexts } from './own-wording.js';

export const sv: OwnTexts = {
  nav: { label: 'Sidor', choices: 'Mina val', rights: 'Mina uppgifter och rättigheter' },
  wishes: {
    summary: 'Önskemål och paus', of: 'Önskemål och paus: {title}', topics: 'Om vad', allTopics: 'Inget ikryssat betyder allt.', frequency: 'Hur ofta', anyFrequency: 'Inget önskemål', language: 'Språk', anyLanguage: 'Inget önskemål',
    channels: 'Använd just nu', unchosen: 'Välj minst en kanal, eller pausa i stället.', save: 'Spara önskemål', pause: 'Pausa', pauseFor: 'Pausa i', resume: 'Avsluta pausen',
  },
  lengths: { week: 'en vecka', month: 'en månad', quarter: 'tre månader', half: 'sex månader' },
  now: { label: 'Gäller just nu', restricted: 'begränsat på din begäran', paused: 'pausat till {day}', silenced: 'stoppat, eftersom du inte vill bli kontaktad', unused: 'stoppat, eftersom ingen av kanalerna du vill använda är på', held: 'används inte, av en anledning som inte kan visas just nu', narrowed: 'bara {channels}' },
  whole: {
    title: 'Paus för allt', words: 'Det du har sagt ja till finns kvar. Avtal, fakturor och lösenord påverkas inte.', paused: 'Allt vi skickar är pausat till {day}.', silenced: 'Du vill inte bli kontaktad. Vi skickar ingenting.',
    pause: 'Pausa allt', silence: 'Kontakta mig inte alls', silenceWords: 'Gäller tills du säger till.', speak: 'Ni får kontakta mig igen', name: 'Allt vi skickar',
  },
  stopped: '{system} slutade {ago}',
  page: { title: 'Dina uppgifter', lead: 'Här ser du vad du har begärt, och gör det som lagen ger dig rätt till. Det mesta sker direkt.', notKnown: 'Vi har inga uppgifter om dig. Därför finns det inget att hämta, rätta eller radera.' },
  requests: { title: 'Det du har begärt', none: 'Du har inte begärt något än.', open: 'Pågår', due: 'Svar senast {day}', closed: 'Klart {day}', changed: 'Det du har begärt har uppdaterats.', asked: 'begärt {day}' },
  kinds: { access: 'Kopia av dina uppgifter', rectify: 'Rättelse', restrict: 'Begränsning', object: 'Invändning', erase: 'Radering', complaint: 'Klagomål' },
  outcomes: { given: 'utlämnad', corrected: 'rättat', restricted: 'begränsat', lifted: 'begränsningen är hävd', erased: 'raderat', accepted: 'godtagen', 'stood-already': 'gällde redan', done: 'gjort', answered: 'besvarat', refused: 'avslaget', other: 'avslutat' },
  download: { title: 'Hämta allt om dig', words: 'Allt som samtyckesregistret har: adresser, val, historik, underlag och vem som har läst. Det antecknas att du fick det.', file: 'Hämta som fil (JSON)', page: 'Hämta som läsbar sida', fileName: 'mina-uppgifter' },
  object: { title: 'Invänd', words: 'Det vi gör med stöd av berättigat intresse kan du säga nej till, och ta tillbaka ditt nej, bland dina val.', link: 'Till dina val' },
  correct: {
    title: 'Rätta', words: 'Är en adress fel eller gammal, eller är något annat fel? Se vad vi har och rätta det.', link: 'Se och rätta', held: 'Så hittar vi dig', kind: { email: 'E-post', phone: 'Telefon', customer: 'Kundnummer', portal: 'Konto' },
    you: 'du är inloggad med den', remove: 'Ta bort', removeOf: 'Ta bort {value}', addTitle: 'En ny e-postadress', addWords: 'Vi skickar ett mejl med en länk dit. Du är inloggad under tiden, och adressen läggs till först när du har öppnat länken.', field: 'Ny e-postadress',
    replace: 'Den ersätter', keep: 'Ingen, den läggs till', add: 'Skicka länken', otherTitle: 'Något annat', otherWords: 'Telefon, kundnummer, namn eller annat: skriv vad som är fel och hur det ska vara. Vi svarar inom en månad.', otherField: 'Vad är fel?', send: 'Skicka',
    proveTitle: 'Är det här din nya adress?', proveWords: '{value} läggs till bland dina uppgifter.', proveReplaces: 'En adress som finns där nu tas bort i stället; det valdes i portalen.', prove: 'Ja, lägg till', cancel: 'Nej, avbryt',
    sentTitle: 'Titta i inkorgen', sentWords: 'Ett mejl är på väg till {value}, med en länk som gäller i 15 minuter. Öppna den och bekräfta, så läggs adressen till. Än så länge är inget ändrat, och du är kvar som inloggad här.', sentCode: 'Öppnar du länken i en annan webbläsare eller på en annan enhet behöver du den här koden:', sentAgain: 'Kom inget mejl? Titta i skräpposten, eller skriv adressen igen.',
    code: 'Koden', codeHint: 'Sex siffror. De står på sidan där du bad om att adressen skulle läggas till.', codeWrong: 'Det är inte rätt kod. Efter fem fel gäller länken inte längre.', notMe: 'Nej, lägg inte till den',
    overTitle: 'Länken gäller inte längre', overWords: 'Den har redan använts, är äldre än 15 minuter eller har ersatts av en nyare. Inget har ändrats nu.', again: 'Till dina adresser', keptTitle: 'Inget har ändrats', keptWords: 'Adressen läggs inte till, och länken gäller inte längre.', addedTitle: 'Adressen är tillagd', addedWords: 'Du kan logga in med {value} från och med nu.', addedReplaces: 'Adressen som den ersätter gäller inte längre.',
    byWords: 'Härifrån kan inga mejl skickas. Skriv den nya adressen här nedanför, så lägger vi till den.',
  },
  restrict: {
    title: 'Begränsa', words: 'Vi slutar använda dina uppgifter, men behåller dem. Bara rättsliga anspråk och skydd av liv går vidare, och det du säger ja till efteråt.', field: 'Varför?',
    grounds: { a: 'Uppgifterna är fel, och det ska utredas', b: 'Det är olagligt, men jag vill inte att ni raderar', c: 'Ni behöver dem inte längre, men jag behöver dem för ett anspråk', d: 'Jag har invänt, och det ska avgöras' },
    text: 'Med dina ord (frivilligt)', button: 'Begränsa', since: 'Dina uppgifter är begränsade sedan {day}.', lift: 'Häv begränsningen', liftWords: 'Det du hade valt gäller då igen.',
  },
  complain: {
    title: 'Klaga', words: 'Skriv vad som är fel. Du får svar inom en månad.', field: 'Ditt klagomål', country: 'Var bor du?', elsewhere: 'Annat land', anyCountry: 'Välj land (frivilligt)', button: 'Skicka klagomålet', company: 'Eller skriv till {contact}.',
    authorities: 'Klaga hos en myndighet', authorityWords: 'Det får du göra före, under tiden eller efter att du har klagat hos oss.', others: 'Alla dataskyddsmyndigheter i EU och EES',
  },
  erase: {
    title: 'Radera', words: 'Ta bort allt som pekar ut dig. Det går inte att ångra.', link: 'Radera allt om mig', goTitle: 'Det här försvinner', go: 'Dina adresser och nummer, alla underlag och nyckeln som de är låsta med. Alla tillstånd upphör, och alla system får veta det.',
    stayTitle: 'Det här blir kvar, och varför', stayProof: 'Att val har gjorts, utan något som pekar ut dig. Det är vårt bevis för att vi har följt lagen.', stayMark: 'Ett kodat märke av varje adress och nummer, så att ingen annan kan lägga in dig hos oss igen. Skriver någon din adress i ett formulär får du ett mejl, och inget gäller om du inte bekräftar. Märket går inte att läsa.',
    stayElsewhere: 'Det som avtal, bokföring eller rättsliga anspråk kräver, till exempel fakturor, finns i andra system så länge som lagen säger.', stayWhy: 'Grund: GDPR 17.3 b och e. Fråga {contact} om du vill veta mer.',
    sure: 'Jag förstår att det inte går att ångra.', next: 'Fortsätt', back: 'Nej, tillbaka', lastTitle: 'Radera nu?', lastWords: 'Det här är det sista steget. Du loggas ut, och allt du nyss läste händer direkt.', button: 'Ja, radera för alltid', never: 'Nej, behåll allt',
    doneTitle: 'Det är raderat', doneWords: 'Du är utloggad. Inget hos oss pekar ut dig längre.', counted: '{addresses} och {evidence} raderades.', addresses: { one: '{n} adress eller nummer', other: '{n} adresser och nummer' }, evidence: { one: '{n} underlag', other: '{n} underlag' }, ended: 'Det här upphörde:', soon: 'De sista uppgifterna tas bort inom några ögonblick.',
    kept: 'Kvar i andra system: {category}, grund {ground}, till {day}.', home: 'Till startsidan',
  },
  said: {
    restricted: 'Sparat: dina uppgifter är begränsade.', lifted: 'Sparat: begränsningen är hävd.', complaint: 'Tack. Ditt klagomål har kommit fram; sista dag för svar står nedan.', corrected: 'Sparat: dina adresser är rättade.', removed: 'Sparat: adressen är borttagen.',
    asked: 'Tack. Din begäran har kommit fram; sista dag för svar står nedan.', failed: 'Det gick inte att nå tjänsten. Försök igen om en stund; samma tryck räknas bara en gång.', refused: 'Det gick inte att göra så. Inget har ändrats.',
    taken: 'Adressen hör redan till någon hos oss. Skriv till marketing@advansor.dk, så reder vi ut det.', wrong: 'Fyll i det som saknas.', last: 'Den adressen behövs för att du ska kunna logga in.', many: 'Många mejl har beställts från ditt nätverk den senaste timmen. Vänta en stund och försök igen. Inget har ändrats.',
  },
};
