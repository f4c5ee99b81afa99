import type { SignInWords } from './wording.js';

export const da: SignInWords = {
  mail: {
    title: 'Med et link i mailen',
    field: 'Din e-mailadresse',
    hint: 'Vi sender et link, der gælder i 15 minutter og kun én gang. Du skal ikke bruge en adgangskode.',
    button: 'Send linket',
    wrong: 'Skriv en hel e-mailadresse, for eksempel anna@example.dk.',
  },
  sent: {
    title: 'Se i din indbakke',
    words: 'Har du skrevet den rigtige adresse, ligger der om lidt en mail med et link. Det gælder i 15 minutter. Kommer der ingen mail, så se i spam, eller prøv igen.',
    again: 'Skriv adressen igen',
    folder: 'Her sendes ingen rigtige mails: de lægges som .eml-filer i mappen {folder}. Åbn den nyeste.',
  },
  link: { title: 'Næsten inde', words: 'Du logger ind som {email}. Linket virker én gang.', button: 'Log ind' },
  tooMany: { title: 'Mange forsøg herfra', words: 'Fra dit netværk er der bestilt mange links den sidste time. Vent lidt, og prøv igen.' },
  used: { title: 'Linket gælder ikke længere', words: 'Det er allerede brugt, eller det er ældre end 15 minutter. Ingen er logget ind. Bed om et nyt.' },
  provider: { title: 'Med din konto', button: 'Log ind med {name}' },
  problem: {
    cancelled: { title: 'Du afbrød login', words: 'Der er ikke sket noget, og du er ikke logget ind.' },
    down: { title: 'Login-tjenesten svarer ikke', words: '{name} kan ikke nås lige nu. Du er ikke logget ind. Prøv igen om lidt.' },
    unnamed: { title: 'Vi fik ikke at vide, hvem du er', words: '{name} har ikke bekræftet en oplysning, som vi kan kende dig på, for eksempel en bekræftet e-mailadresse. Du er ikke logget ind.' },
    failed: { title: 'Login kunne ikke bekræftes', words: 'Svaret fra {name} stemte ikke, så vi lukkede ingen ind. Prøv igen.' },
    stale: { title: 'Dette login er ikke dit eller allerede slut', words: 'Det begyndte i en anden browser, er allerede brugt eller tog mere end ti minutter. Ingen er logget ind. Begynd forfra.' },
    tooMany: { title: 'Mange forsøg herfra', words: 'Fra dit netværk er der påbegyndt mange login de sidste ti minutter. Du er ikke logget ind. Vent lidt, og prøv igen.' },
  },
  again: 'Til login',
  signedOut: { title: 'Du er logget ud her', words: 'Nu bliver du også logget ud hos {name}.', button: 'Log ud hos {name}' },
  onward: { title: 'Et øjeblik', words: 'Din browser bliver knyttet til dine valg, så et nej her også gælder på hjemmesiden.', button: 'Fortsæt' },
  letter: {
    subject: 'Dit link til Mine valg',
    hello: 'Hej!',
    why: 'Nogen, formentlig du, vil logge ind og se, hvad dine oplysninger bruges til. Åbn linket, og tryk på knappen der:',
    action: 'Log ind',
    ends: 'Linket gælder i 15 minutter og kan bruges én gang.',
    ignore: 'Var det ikke dig? Så behøver du ikke gøre noget. Uden linket kommer ingen ind.',
  },
  addressLetter: {
    subject: 'Er det din nye adresse?',
    hello: 'Hej!',
    why: 'Nogen, formentlig du, har bedt os om at føje denne e-mailadresse til sine oplysninger. Åbn linket for at vise, at adressen er din. Åbner du det i en anden browser end den, du bad i, skal du bruge koden, der står dér:',
    action: 'Vis, at adressen er min',
    ends: 'Linket gælder i 15 minutter og kan bruges én gang.',
    ignore: 'Var det ikke dig? Så behøver du ikke gøre noget. Uden linket bliver adressen ikke tilføjet.',
  },
};
