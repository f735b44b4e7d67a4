// How the advisor hears of something: the voice for screen readers, a sound, the system's notices.
//
// Sound and notices are off until asked for. A notice never quotes the user: it may show on a
// locked screen.

import { read, write } from "../chat/storage.js";
import { say } from "../chat/words.js";

const SOUND = "agents.sound";
const NOTICES = "agents.notices";
const SPOKEN_MS = 8_000;
const BEEP_S = 0.18;
const PITCHES_HZ = { offer: [660, 880], message: [520] };

export class Notifications {
  #audio = null;

  /** `soundBox`, `noticeBox`: the two check boxes. */
  constructor(announcer, soundBox, noticeBox) {
    this.announcer = announcer;
    this.soundBox = soundBox;
    this.noticeBox = noticeBox;
    soundBox.checked = read(SOUND) === true;
    soundBox.addEventListener("change", () => {
      write(SOUND, soundBox.checked);
      this.#beep("message");
    });
    const possible = "Notification" in window;
    noticeBox.disabled = !possible;
    noticeBox.checked = possible && read(NOTICES) === true && Notification.permission === "granted";
    noticeBox.addEventListener("change", () => this.#askForNotices());
  }

  /** Politely, to screen readers only. */
  announce(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.announcer.append(line);
    setTimeout(() => line.remove(), SPOKEN_MS);
  }

  offer(name) {
    this.announce(say("offer_spoken", { name }));
    this.#beep("offer");
    this.#notice(say("offer_notice"));
  }

  message(name, text, looking) {
    this.announce(say("message_spoken", { name, text }));
    if (looking && document.visibilityState === "visible") return;
    this.#beep("message");
    this.#notice(say("message_notice"));
  }

  async #askForNotices() {
    const wanted = this.noticeBox.checked;
    const granted = wanted && (await Notification.requestPermission()) === "granted";
    this.noticeBox.checked = granted;
    write(NOTICES, granted);
    if (wanted && !granted) this.announce(say("notices_refused"));
  }

  #notice(text) {
    if (!this.noticeBox.checked || document.visibilityState === "visible") return;
    try {
      new Notification(say("console"), { body: text, tag: "claudia-agents" });
    } catch {
      // Some browsers only allow it to service workers.
    }
  }

  #beep(kind) {
    if (!this.soundBox.checked) return;
    this.#audio ??= new AudioContext();
    PITCHES_HZ[kind].forEach((pitch, index) => this.#tone(pitch, index * BEEP_S));
  }

  #tone(pitchHz, afterS) {
    const start = this.#audio.currentTime + afterS;
    const tone = new OscillatorNode(this.#audio, { frequency: pitchHz });
    const volume = new GainNode(this.#audio, { gain: 0.15 });
    volume.gain.setTargetAtTime(0, start + BEEP_S / 2, BEEP_S / 6);
    tone.connect(volume).connect(this.#audio.destination);
    tone.start(start);
    tone.stop(start + BEEP_S * 2);
  }
}
