import type { SignInWords } from './wording.js';

export const en: SignInWords = {
  mail: {
    title: 'With a link by e-mail',
    field: 'Your e-mail address',
    hint: 'We send a link that works for 15 minutes, and only once. No password is needed.',
    button: 'Send the link',
    wrong: 'Enter a whole e-mail address, such as anna@example.se.',
  },
  sent: {
    title: 'Look in your inbox',
    words: 'If you typed the right address, a mail with a link is there in a moment. It works for 15 minutes. If no mail comes, look in your spam folder, or try again.',
    again: 'Type the address again',
    folder: 'No real mails are sent here: they are put as .eml files into the folder {folder}. Open the newest.',
  },
  link: { title: 'Almost there', words: 'You are signing in as {email}. The link works once.', button: 'Sign in' },
  tooMany: { title: 'Many attempts from here', words: 'Many links were asked for from your network within the last hour. Please wait a while and try again.' },
  used: { title: 'This link does not work any more', words: 'It was used already, or is older than 15 minutes. Nobody is signed in. Ask for a new one.' },
  provider: { title: 'With your account', button: 'Sign in with {name}' },
  problem: {
    cancelled: { title: 'You cancelled the sign-in', words: 'Nothing has happened, and you are not signed in.' },
    down: { title: 'The sign-in service does not answer', words: '{name} cannot be reached right now. You are not signed in. Please try again in a while.' },
    unnamed: { title: 'We were not told who you are', words: '{name} has confirmed nothing that we could know you by, such as a verified e-mail address. You are not signed in.' },
    failed: { title: 'The sign-in could not be confirmed', words: 'The answer of {name} was not as it must be, so we let nobody in. Please try again.' },
    stale: { title: 'This sign-in is not yours, or over already', words: 'It began in another browser, was used already, or took more than ten minutes. Nobody is signed in. Please start again.' },
    tooMany: { title: 'Many attempts from here', words: 'Many sign-ins were begun from your network within the last ten minutes. You are not signed in. Please wait a while and try again.' },
  },
  again: 'To the sign-in',
  signedOut: { title: 'You are signed out here', words: 'Now you are signed out of {name} too.', button: 'Sign out of {name}' },
  onward: { title: 'One moment', words: 'Your browser is being connected to your choices, so that a no here counts on the website too.', button: 'Continue' },
  letter: {
    subject: 'Your link to My choices',
    hello: 'Hello!',
    why: 'Somebody, most likely you, wants to sign in and see what your data is used for. Open the link and press the button there:',
    action: 'Sign in',
    ends: 'The link works for 15 minutes and can be used once.',
    ignore: 'Was it not you? Then you need not do anything. Without the link nobody gets in.',
  },
  addressLetter: {
    subject: 'Is this your new address?',
    hello: 'Hello!',
    why: 'Somebody, most likely you, asked us to add this e-mail address to their data. Open the link to show that the address is yours. If you open it in another browser than the one you asked in, you need the code that is shown there:',
    action: 'Show that the address is mine',
    ends: 'The link works for 15 minutes and can be used once.',
    ignore: 'Was it not you? Then you need not do anything. Without the link the address is not added.',
  },
};
