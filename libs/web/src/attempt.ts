/** What goes wrong in one of several things keeps none of the others from being done; the page's console tells of it. */
export function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    reportError(error);
  }
}
