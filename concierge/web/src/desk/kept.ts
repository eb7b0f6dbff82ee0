/** What the page itself keeps for an advisor: over a reload (`tab`), or for good (`device`). Storage may be closed to us. */

function read(storage: () => Storage, key: string): unknown {
  try {
    return JSON.parse(storage().getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // Not kept, then.
  }
}

const tab = (): Storage => sessionStorage;
const device = (): Storage => localStorage;

export const kept = {
  inTab: <T>(key: string): T | null => read(tab, key) as T | null,
  keepInTab: (key: string, value: unknown): void => write(tab, key, value),
  onDevice: <T>(key: string): T | null => read(device, key) as T | null,
  keepOnDevice: (key: string, value: unknown): void => write(device, key, value),
};
