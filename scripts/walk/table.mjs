const HEAD = ['who', 'when (UTC)', 'purpose', 'decision', 'state', 'may', 'reason', 'version'];

const may = ({ allowed }) => (allowed === undefined ? '' : allowed ? 'yes' : 'no');

/** What an event decided; where nobody decided, what it is. */
const decisionOf = ({ decision, type }) => (decision && type !== 'decision-recorded' ? decision : decision ? `${decision} (recorded only)` : type);

function whoOf({ actor: { kind, id } }, names) {
  return names.get(id) ?? (kind === 'ledger' ? `the ledger: ${id}` : `${kind}: ${id}`);
}

/** A history as a table: one line for each event, in the order in which it was recorded. `names` says who is behind an id. */
export function historyTable(events, names) {
  const lines = events.map((event) => {
    const { after = {}, occurredAt, purpose, reason = '', version } = event;
    const whole = purpose === '~person';
    return [whoOf(event, names), occurredAt.slice(0, 19).replace('T', ' '), whole ? 'the whole person' : purpose, decisionOf(event), after.status ?? '', whole ? '' : may(after), reason, String(version)];
  });
  const rows = [HEAD, ...lines];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
