import type { OwnTexts } from './own-wording.js';

export const en: OwnTexts = {
  nav: { label: 'Pages', choices: 'My choices', rights: 'My data and rights' },
  wishes: {
    summary: 'Wishes and pause', of: 'Wishes and pause: {title}', topics: 'About what', allTopics: 'Nothing ticked means everything.', frequency: 'How often', anyFrequency: 'No wish', language: 'Language', anyLanguage: 'No wish',
    channels: 'Use right now', unchosen: 'Choose at least one channel, or pause instead.', save: 'Save wishes', pause: 'Pause', pauseFor: 'Pause for', resume: 'End the pause',
  },
  lengths: { week: 'a week', month: 'a month', quarter: 'three months', half: 'six months' },
  now: { label: 'In force right now', restricted: 'restricted at your request', paused: 'paused until {day}', silenced: 'stopped, because you do not want to be contacted', unused: 'stopped, because none of the channels you want to use is on', held: 'not used, for a reason that cannot be shown right now', narrowed: 'only {channels}' },
  whole: {
    title: 'Pause for everything', words: 'What you have said yes to stays. Contracts, invoices and passwords are not affected.', paused: 'Everything we send is paused until {day}.', silenced: 'You do not want to be contacted. We send nothing.',
    pause: 'Pause everything', silence: 'Do not contact me at all', silenceWords: 'Holds until you say so.', speak: 'You may contact me again', name: 'Everything we send',
  },
  stopped: '{system} stopped {ago}',
  page: { title: 'Your data', lead: 'Here you see what you have asked for, and do what the law gives you a right to. Most of it happens at once.', notKnown: 'We hold no data about you. So there is nothing to download, correct or erase.' },
  requests: { title: 'What you have asked for', none: 'You have not asked for anything yet.', open: 'In course', due: 'Answer by {day}', closed: 'Closed {day}', changed: 'What you have asked for has been updated.', asked: 'asked {day}' },
  kinds: { access: 'Copy of your data', rectify: 'Correction', restrict: 'Restriction', object: 'Objection', erase: 'Erasure', complaint: 'Complaint' },
  outcomes: { given: 'handed over', corrected: 'corrected', restricted: 'restricted', lifted: 'restriction lifted', erased: 'erased', accepted: 'accepted', 'stood-already': 'held already', done: 'done', answered: 'answered', refused: 'refused', other: 'closed' },
  download: { title: 'Download all your data', words: 'Everything that the consent ledger holds: addresses, choices, history, evidence and who has read it. It is noted that you got it.', file: 'Download as a file (JSON)', page: 'Download as a readable page', fileName: 'my-data' },
  object: { title: 'Object', words: 'What we do on the ground of legitimate interest you can say no to, and take your no back, among your choices.', link: 'To your choices' },
  correct: {
    title: 'Correct', words: 'Is an address wrong or old, or is something else wrong? See what we hold and put it right.', link: 'See and correct', held: 'How we find you', kind: { email: 'E-mail', phone: 'Phone', customer: 'Customer number', portal: 'Account' },
    you: 'you are signed in with it', remove: 'Remove', removeOf: 'Remove {value}', addTitle: 'A new e-mail address', addWords: 'We send a mail with a link there. You stay signed in meanwhile, and the address is added only once you have opened the link.', field: 'New e-mail address',
    replace: 'It replaces', keep: 'None, it is added', add: 'Send the link', otherTitle: 'Something else', otherWords: 'Phone, customer number, name or anything else: write what is wrong and how it should be. We answer within a month.', otherField: 'What is wrong?', send: 'Send',
    proveTitle: 'Is this your new address?', proveWords: '{value} will be added to your data.', proveReplaces: 'An address that is there now will be removed instead; this was chosen in the portal.', prove: 'Yes, add it', cancel: 'No, cancel',
    sentTitle: 'Look in the inbox', sentWords: 'A mail is on its way to {value}, with a link that works for 15 minutes. Open it and confirm, and the address is added. Until then nothing has changed, and you stay signed in here.', sentCode: 'If you open the link in another browser or on another device, you need this code:', sentAgain: 'No mail? Look in your spam folder, or type the address again.',
    code: 'The code', codeHint: 'Six digits. They are on the page where you asked for the address to be added.', codeWrong: 'That is not the code. After five wrong ones the link does not work any more.', notMe: 'No, do not add it',
    overTitle: 'This link does not work any more', overWords: 'It was used already, is older than 15 minutes, or a newer one has taken its place. Nothing has changed now.', again: 'To your addresses', keptTitle: 'Nothing has changed', keptWords: 'The address is not added, and the link does not work any more.', addedTitle: 'The address is added', addedWords: 'From now on you can sign in with {value}.', addedReplaces: 'The address that it replaces does not count any more.',
    byWords: 'No mail can be sent from here. Write the new address below, and we add it.',
  },
  restrict: {
    title: 'Restrict', words: 'We stop using your data, but keep it. Only legal claims and the protection of life go on, and what you say yes to afterwards.', field: 'Why?',
    grounds: { a: 'The data is wrong, and that is to be looked into', b: 'It is unlawful, but I do not want you to erase', c: 'You no longer need it, but I need it for a claim', d: 'I have objected, and that is to be decided' },
    text: 'In your own words (optional)', button: 'Restrict', since: 'Your data has been restricted since {day}.', lift: 'Lift the restriction', liftWords: 'What you had chosen then holds again.',
  },
  complain: {
    title: 'Complain', words: 'Write what is wrong. You get an answer within a month.', field: 'Your complaint', country: 'Where do you live?', elsewhere: 'Another country', anyCountry: 'Choose a country (optional)', button: 'Send the complaint', company: 'Or write to {contact}.',
    authorities: 'Complain to an authority', authorityWords: 'You may do that before, while or after you complain to us.', others: 'Every data protection authority in the EU and EEA',
  },
  erase: {
    title: 'Erase', words: 'Remove everything that points to you. It cannot be undone.', link: 'Erase everything about me', goTitle: 'This goes', go: 'Your addresses and numbers, all evidence and the key that it is locked with. Every permission ends, and every system is told.',
    stayTitle: 'This stays, and why', stayProof: 'That choices were made, without anything that points to you. It is our proof that we have followed the law.', stayMark: 'A coded mark of each address and number, so that nobody else can enter you here again. If somebody types your address into a form, you get a mail, and nothing holds unless you confirm. The mark cannot be read.',
    stayElsewhere: 'What contracts, bookkeeping or legal claims require, such as invoices, is in other systems for as long as the law says.', stayWhy: 'Ground: GDPR 17(3)(b) and (e). Ask {contact} if you want to know more.',
    sure: 'I understand that it cannot be undone.', next: 'Continue', back: 'No, go back', lastTitle: 'Erase now?', lastWords: 'This is the last step. You are signed out, and all that you have just read happens at once.', button: 'Yes, erase for ever', never: 'No, keep everything',
    doneTitle: 'It is erased', doneWords: 'You are signed out. Nothing here points to you any more.', counted: '{addresses} and {evidence} were erased.', addresses: { one: '{n} address or number', other: '{n} addresses and numbers' }, evidence: { one: '{n} piece of evidence', other: '{n} pieces of evidence' }, ended: 'This has ended:', soon: 'The last data is removed within moments.',
    kept: 'Still in other systems: {category}, ground {ground}, until {day}.', home: 'To the start',
  },
  said: {
    restricted: 'Saved: your data is restricted.', lifted: 'Saved: the restriction is lifted.', complaint: 'Thank you. Your complaint has arrived; the last day for an answer stands below.', corrected: 'Saved: your addresses are corrected.', removed: 'Saved: the address is removed.',
    asked: 'Thank you. Your request has arrived; the last day for an answer stands below.', failed: 'The service could not be reached. Try again in a while; the same press counts only once.', refused: 'It could not be done that way. Nothing has changed.',
    taken: 'The address belongs to somebody here already. Write to marketing@advansor.dk and we will sort it out.', wrong: 'Fill in what is missing.', last: 'That address is needed for you to sign in.', many: 'Many mails were asked for from your network within the last hour. Please wait a while and try again. Nothing has changed.',
  },
};
