/** `VERIFY.md` of every pack: how to convince oneself, with a program, in a browser, and by hand. */
export const VERIFY_GUIDE = `# How to verify this pack

You need this file and the public key of the log: one line, \`<name>+<id>+<key>\`. **Get the key from where you trust it** (the
controller's website or register, an authority, a checkpoint's witness), never from whoever hands you the pack. Nothing in the
pack is believed because the pack says so.

## With a program, offline
    samtycke verify pack.zip --key '<name>+<id>+<key>' [--cosigner '<key>'] [--checkpoint kept.txt] [--known other.zip]

Where the log has changed its key, give \`--key\` once for each that you trust. \`keys/changes.ndjson\` shows which key followed which,
each change signed by the key before it; \`--follow-key-changes\` trusts the newer keys to which they lead from yours.

Each line begins with \`holds\`, \`FAILS\`, \`late\` or \`open\`; the exit code is 1 where anything fails. \`--cosigner\` takes the operator's
second key and checks times, \`--checkpoint\` a checkpoint that you kept from earlier, \`--known\` another pack, or the answer of
\`GET /v1/people/{person}/proof?format=json\`: an event in it that this pack leaves out proves its statement false.

## In a browser
Open \`/verify\` at a Samtycke server (or a copy of that page), paste the key, drop the file. It is read by the page and sent nowhere.

## What is in it
| file | what it is |
|---|---|
| \`statement.txt\` | signed by the log's key (C2SP signed-note): these are all events of these holders in a log of this size; hash of the manifest |
| \`manifest.json\` | name, SHA-256, size and meaning of every file but itself and \`statement.txt\` |
| \`checkpoint.txt\`, \`checkpoints/\` | signed states of the log (C2SP tlog-checkpoint): the newest, and those right before and after each event, with the proofs that each is the beginning of the next |
| \`keys/changes.ndjson\` | each change of a key that signs the log, as an event of the log; only where there was one |
| \`events/<holder>.ndjson\` | the events, one a line, each exactly the bytes that were hashed |
| \`inclusion/<holder>.json\` | the audit path of each event under \`checkpoint.txt\` (RFC 6962) |
| \`notices/\`, \`definitions/\` | the texts as they were shown, and what each purpose meant: the bytes whose SHA-256 the events name |
| \`evidence/\` | opened items of evidence, with the random bytes that open their commitments |
| \`mails/\`, \`about.json\` | what the system states without proof, and what is not in the pack |
| \`proof.pdf\` | the same for reading. What counts is in the files above |

## By hand
    sha256sum manifest.json                                                       # the line "manifest" of statement.txt
    { printf '\\0'; sed -n 5p events/*.ndjson | tr -d '\\n'; } | sha256sum           # leaf hash of event 5: the "prev" of event 6
    sha256sum notices/*.json definitions/*.json                                    # what the events name
    { printf '\\2'; base64 -d random; cat evidence/<event>/<kind>; } | sha256sum     # a commitment: SHA-256(0x02, random bytes, item)

The last event's leaf hash stands in \`statement.txt\`, the audit paths lead from each leaf hash to the root in \`checkpoint.txt\`, and both
are signed notes that Go's \`sumdb/note\` and other C2SP tools read. A commitment that nobody opens hides its item and still binds it.

## What it shows, and what not
- That these events, in this order, were in the log when the checkpoint was signed, and have not been changed since.
- That the keeper of the log has signed that there are no others of these holders. One that turns up elsewhere proves the
  keeper wrong, with the keeper's own signature.
- Which text was shown, letter for letter, and what was decided under it. Who sat at the keyboard is shown by evidence only.
- \`occurredAt\` is what was claimed; \`recordedAt\` is the ledger's own clock, and lies between the checkpoints around it.
- Erased evidence cannot be opened any more. The events stay, and name nobody.
`;
