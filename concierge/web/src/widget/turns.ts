/**
 * Which tab may hold a stream. A browser allows a site six connections over HTTP/1.1, and a customer who compares bags has
 * more tabs than that: the tabs in view hold their own, all hidden ones together hold one.
 */

export async function permission(lock: string, stop: AbortSignal): Promise<() => void> {
  const nothing = (): void => undefined;
  if (!document.hidden || !("locks" in navigator)) return nothing;
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  const shown = (): void => {
    if (!document.hidden) gone.abort();
  };
  stop.addEventListener("abort", leave, { once: true });
  document.addEventListener("visibilitychange", shown);
  try {
    return await new Promise<() => void>((granted) => {
      navigator.locks
        .request(lock, { signal: gone.signal }, () => new Promise<void>((release) => granted(release)))
        .catch(() => granted(nothing));
    });
  } finally {
    stop.removeEventListener("abort", leave);
    document.removeEventListener("visibilitychange", shown);
  }
}

const PATIENCE = 30_000;

/** Calls back when a tab has gone out of view and stayed there; returns how to stop listening. */
export function whenHiddenLong(callback: () => void): () => void {
  if (!("locks" in navigator) || document.hidden) return () => undefined;
  let timer = 0;
  const listener = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(callback, PATIENCE);
  };
  document.addEventListener("visibilitychange", listener);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", listener);
  };
}
