/** What this browser keeps for its user. Where storage is denied, nothing is kept and nothing breaks. */
export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Denied: the choice lasts as long as the page.
  }
}
