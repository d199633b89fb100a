/** Where the browser has no room or keeps nothing, it is kept for as long as the page is open. */
const unkept = new Map<string, string>();

/** What this computer keeps, for all tabs. */
export const kept = {
  get(key: string): string | null {
    return unkept.get(key) ?? localStorage.getItem(key);
  },

  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
      unkept.delete(key);
    } catch {
      unkept.set(key, value);
    }
  },

  remove(key: string): void {
    unkept.delete(key);
    localStorage.removeItem(key);
  },

  keys(prefix: string): string[] {
    return [...new Set([...unkept.keys(), ...Object.keys(localStorage)])].filter((key) => key.startsWith(prefix));
  },
};
