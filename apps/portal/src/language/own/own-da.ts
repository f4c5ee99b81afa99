import type { OwnTexts } from './own-wording.js';

export const da: OwnTexts = {
  nav: { label: 'Sider', choices: 'Mine valg', rights: 'Mine oplysninger og rettigheder' },
  wishes: {
    summary: 'Ønsker og pause', of: 'Ønsker og pause: {title}', topics: 'Om hvad', allTopics: 'Intet afkrydset betyder alt.', frequency: 'Hvor ofte', anyFrequency: 'Intet ønske', language: 'Sprog', anyLanguage: 'Intet ønske',
    channels: 'Brug lige nu', unchosen: 'Vælg mindst én kanal, eller hold pause i stedet.', save: 'Gem ønsker', pause: 'Hold pause', pauseFor: 'Pause i', resume: 'Afslut pausen',
  },
  lengths: { week: 'en uge', month: 'en måned', quarter: 'tre måneder', half: 'seks måneder' },
  now: { label: 'Gælder lige nu', restricted: 'begrænset på din anmodning', paused: 'på pause til {day}', silenced: 'stoppet, fordi du ikke vil kontaktes', unused: 'stoppet, fordi ingen af de kanaler, du vil bruge, er slået til', held: 'bruges ikke, af en grund, der ikke kan vises lige nu', narrowed: 'kun {channels}' },
  whole: {
    title: 'Pause for alt', words: 'Det, du har sagt ja til, er der stadig. Aftaler, fakturaer og adgangskoder påvirkes ikke.', paused: 'Alt, vi sender, er på pause til {day}.', silenced: 'Du vil ikke kontaktes. Vi sender intet.',
    pause: 'Pause for alt', silence: 'Kontakt mig slet ikke', silenceWords: 'Gælder, indtil du siger til.', speak: 'I må kontakte mig igen', name: 'Alt, vi sender',
  },
  stopped: '{system} stoppede {ago}',
  page: { title: 'Dine oplysninger', lead: 'Her ser du, hvad du har bedt om, og gør det, som loven giver dig ret til. Det meste sker med det samme.', notKnown: 'Vi har ingen oplysninger om dig. Derfor er der intet at hente, rette eller slette.' },
  requests: { title: 'Det, du har bedt om', none: 'Du har ikke bedt om noget endnu.', open: 'I gang', due: 'Svar senest {day}', closed: 'Færdig {day}', changed: 'Det, du har bedt om, er opdateret.', asked: 'bedt om {day}' },
  kinds: { access: 'Kopi af dine oplysninger', rectify: 'Rettelse', restrict: 'Begrænsning', object: 'Indsigelse', erase: 'Sletning', complaint: 'Klage' },
  outcomes: { given: 'udleveret', corrected: 'rettet', restricted: 'begrænset', lifted: 'begrænsningen er ophævet', erased: 'slettet', accepted: 'godtaget', 'stood-already': 'gjaldt allerede', done: 'gjort', answered: 'besvaret', refused: 'afvist', other: 'afsluttet' },
  download: { title: 'Hent alt om dig', words: 'Alt, som samtykkeregisteret har: adresser, valg, historik, bilag og hvem der har læst. Det noteres, at du fik det.', file: 'Hent som fil (JSON)', page: 'Hent som læsbar side', fileName: 'mine-oplysninger' },
  object: { title: 'Gør indsigelse', words: 'Det, vi gør på grundlag af en legitim interesse, kan du sige nej til, og tage dit nej tilbage, blandt dine valg.', link: 'Til dine valg' },
  correct: {
    title: 'Ret', words: 'Er en adresse forkert eller gammel, eller er noget andet forkert? Se, hvad vi har, og ret det.', link: 'Se og ret', held: 'Sådan finder vi dig', kind: { email: 'E-mail', phone: 'Telefon', customer: 'Kundenummer', portal: 'Konto' },
    you: 'du er logget ind med den', remove: 'Fjern', removeOf: 'Fjern {value}', addTitle: 'En ny e-mailadresse', addWords: 'Vi sender en mail med et link dertil. Du er logget ind imens, og adressen bliver først tilføjet, når du har åbnet linket.', field: 'Ny e-mailadresse',
    replace: 'Den erstatter', keep: 'Ingen, den tilføjes', add: 'Send linket', otherTitle: 'Noget andet', otherWords: 'Telefon, kundenummer, navn eller andet: skriv, hvad der er forkert, og hvordan det skal være. Vi svarer inden for en måned.', otherField: 'Hvad er forkert?', send: 'Send',
    proveTitle: 'Er det din nye adresse?', proveWords: '{value} bliver føjet til dine oplysninger.', proveReplaces: 'En adresse, der står der nu, fjernes i stedet; det blev valgt i portalen.', prove: 'Ja, tilføj', cancel: 'Nej, afbryd',
    sentTitle: 'Se i indbakken', sentWords: 'En mail er på vej til {value} med et link, der gælder i 15 minutter. Åbn det, og bekræft, så bliver adressen tilføjet. Indtil da er intet ændret, og du er stadig logget ind her.', sentCode: 'Åbner du linket i en anden browser eller på en anden enhed, skal du bruge denne kode:', sentAgain: 'Kom der ingen mail? Se i spam, eller skriv adressen igen.',
    code: 'Koden', codeHint: 'Seks cifre. De står på siden, hvor du bad om at få adressen tilføjet.', codeWrong: 'Det er ikke den rigtige kode. Efter fem fejl gælder linket ikke længere.', notMe: 'Nej, tilføj den ikke',
    overTitle: 'Linket gælder ikke længere', overWords: 'Det er allerede brugt, er ældre end 15 minutter eller er erstattet af et nyere. Intet er ændret nu.', again: 'Til dine adresser', keptTitle: 'Intet er ændret', keptWords: 'Adressen bliver ikke tilføjet, og linket gælder ikke længere.', addedTitle: 'Adressen er tilføjet', addedWords: 'Fra nu af kan du logge ind med {value}.', addedReplaces: 'Den adresse, den erstatter, gælder ikke længere.',
    byWords: 'Herfra kan der ikke sendes mails. Skriv den nye adresse herunder, så tilføjer vi den.',
  },
  restrict: {
    title: 'Begræns', words: 'Vi holder op med at bruge dine oplysninger, men beholder dem. Kun retskrav og beskyttelse af liv fortsætter, og det, du siger ja til bagefter.', field: 'Hvorfor?',
    grounds: { a: 'Oplysningerne er forkerte, og det skal undersøges', b: 'Det er ulovligt, men jeg vil ikke have, at I sletter', c: 'I har ikke længere brug for dem, men jeg skal bruge dem til et krav', d: 'Jeg har gjort indsigelse, og det skal afgøres' },
    text: 'Med dine ord (frivilligt)', button: 'Begræns', since: 'Dine oplysninger er begrænset siden {day}.', lift: 'Ophæv begrænsningen', liftWords: 'Det, du havde valgt, gælder så igen.',
  },
  complain: {
    title: 'Klag', words: 'Skriv, hvad der er forkert. Du får svar inden for en måned.', field: 'Din klage', country: 'Hvor bor du?', elsewhere: 'Et andet land', anyCountry: 'Vælg land (valgfrit)', button: 'Send klagen', company: 'Eller skriv til {contact}.',
    authorities: 'Klag til en myndighed', authorityWords: 'Det må du gøre før, mens eller efter at du har klaget til os.', others: 'Alle datatilsyn i EU og EØS',
  },
  erase: {
    title: 'Slet', words: 'Fjern alt, der kan identificere dig. Det kan ikke fortrydes.', link: 'Slet alt om mig', goTitle: 'Det her forsvinder', go: 'Dine adresser og numre, alle bilag og nøglen, de er låst med. Alle tilladelser ophører, og alle systemer får det at vide.',
    stayTitle: 'Det her bliver, og hvorfor', stayProof: 'At der er truffet valg, uden noget, der kan identificere dig. Det er vores bevis for, at vi har fulgt loven.', stayMark: 'Et kodet mærke af hver adresse og hvert nummer, så ingen andre kan oprette dig hos os igen. Skriver nogen din adresse i en formular, får du en mail, og intet gælder, medmindre du bekræfter. Mærket kan ikke læses.',
    stayElsewhere: 'Det, som aftaler, bogføring eller retskrav kræver, for eksempel fakturaer, ligger i andre systemer, så længe loven siger.', stayWhy: 'Grund: GDPR 17.3 b og e. Spørg {contact}, hvis du vil vide mere.',
    sure: 'Jeg forstår, at det ikke kan fortrydes.', next: 'Fortsæt', back: 'Nej, tilbage', lastTitle: 'Slet nu?', lastWords: 'Det her er det sidste trin. Du bliver logget ud, og alt det, du lige har læst, sker med det samme.', button: 'Ja, slet for altid', never: 'Nej, behold alt',
    doneTitle: 'Det er slettet', doneWords: 'Du er logget ud. Intet hos os kan længere identificere dig.', counted: '{addresses} og {evidence} blev slettet.', addresses: { one: '{n} adresse eller nummer', other: '{n} adresser og numre' }, evidence: { one: '{n} bilag', other: '{n} bilag' }, ended: 'Dette er stoppet:', soon: 'De sidste oplysninger bliver fjernet om få øjeblikke.',
    kept: 'Stadig i andre systemer: {category}, grund {ground}, til {day}.', home: 'Til forsiden',
  },
  said: {
    restricted: 'Gemt: dine oplysninger er begrænset.', lifted: 'Gemt: begrænsningen er ophævet.', complaint: 'Tak. Din klage er kommet frem; sidste dag for svar står nedenfor.', corrected: 'Gemt: dine adresser er rettet.', removed: 'Gemt: adressen er fjernet.',
    asked: 'Tak. Din anmodning er kommet frem; sidste dag for svar står nedenfor.', failed: 'Tjenesten kunne ikke nås. Prøv igen om lidt; det samme tryk tæller kun én gang.', refused: 'Det kunne ikke gøres sådan. Intet er ændret.',
    taken: 'Adressen hører allerede til nogen hos os. Skriv til marketing@advansor.dk, så finder vi ud af det.', wrong: 'Udfyld det, der mangler.', last: 'Den adresse skal bruges, for at du kan logge ind.', many: 'Der er bestilt mange mails fra dit netværk den sidste time. Vent lidt, og prøv igen. Intet er ændret.',
  },
};
