/** Sends a file and tells how far it is, which `fetch` cannot. */

export interface Answer {
  status: number;
  /** What came with it, where that was a JSON object. */
  body: Record<string, unknown>;
  /** What it says to whoever reads it; empty where it says nothing. */
  message: string;
}

/** What a house takes; the server decides, by what is in a file. */
export const LARGEST = 10_000_000;
export const PHOTOS = "image/jpeg,image/png,image/webp,image/heic,image/heif";
export const ACCEPT = `${PHOTOS},application/pdf`;
const ENDINGS = /\.(jpe?g|png|webp|hei[cf]|pdf)$/i; // a browser that does not know HEIC says no type

export const taken = (file: File): boolean => ACCEPT.split(",").includes(file.type) || ENDINGS.test(file.name);

/** Rejects where the server was not reached, and with an `AbortError` where it was called off. */
export function upload(
  url: string,
  file: File,
  headers: Record<string, string>,
  progress: (part: number) => void,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    signal.addEventListener("abort", stop, { once: true });
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onload = () => {
      const body = parsed(request.responseText);
      resolve({ status: request.status, body, message: typeof body["message"] === "string" ? body["message"] : "" });
    };
    request.onerror = () => reject(new TypeError("not reached"));
    request.onabort = () => reject(new DOMException("called off", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", stop);
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name.slice(-100)));
    request.send(file);
  });
}

function parsed(source: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(source)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Files that were pasted or dropped; none for anything else. */
export const filesIn = (data: DataTransfer | null): File[] => [...(data?.files ?? [])];

/** "2.4 MB", as the reader's language writes it. */
export function sizeLabel(bytes: number, locale: string): string {
  const large = bytes >= 1_000_000;
  const unit = large ? "megabyte" : "kilobyte";
  const value = large ? bytes / 1_000_000 : Math.max(1, bytes / 1_000);
  const digits = { maximumFractionDigits: large && value < 10 ? 1 : 0 };
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", ...digits }).format(value);
}
