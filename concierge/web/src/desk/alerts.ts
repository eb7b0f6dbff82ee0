/** A quiet tone and a notification for those who asked for them: a new case, a reply, a case passed on. */

const REMEMBERED = "desk:alerts";

export class Alerts {
  #sound: AudioContext | null = null;

  get on(): boolean {
    try {
      return localStorage.getItem(REMEMBERED) === "1";
    } catch {
      return false;
    }
  }

  /** Called from a click: browsers ask for permission, and allow sound, only then. */
  async set(on: boolean): Promise<void> {
    try {
      localStorage.setItem(REMEMBERED, on ? "1" : "0");
    } catch {
      // Not remembered, then.
    }
    if (!on) return;
    this.#tone();
    if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
  }

  /** `id`: the case; a notification of it replaces the one before, and a click on it leads there. */
  announce(title: string, body: string, id: string): void {
    if (!this.on) return;
    this.#tone();
    if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const told = new Notification(title, { body, tag: `concierge-${id}` });
    told.onclick = () => {
      window.focus();
      location.hash = `case/${encodeURIComponent(id)}`;
      told.close();
    };
  }

  #tone(): void {
    try {
      this.#sound ??= new AudioContext();
      const { currentTime: now } = this.#sound;
      const gain = this.#sound.createGain();
      gain.gain.setValueAtTime(0.0001, now);
      gain.gain.exponentialRampToValueAtTime(0.08, now + 0.03);
      gain.gain.exponentialRampToValueAtTime(0.0001, now + 0.9);
      gain.connect(this.#sound.destination);
      const tone = this.#sound.createOscillator();
      tone.frequency.value = 660;
      tone.connect(gain);
      tone.start(now);
      tone.stop(now + 1);
    } catch {
      // No sound on this device.
    }
  }
}
