/** What the page was built with, beside what the script of the ledger reads itself. */
export interface Settings {
  analyticsUrl: string;
}

export const settings: Settings = JSON.parse(document.getElementById('settings')?.textContent ?? '{}');
