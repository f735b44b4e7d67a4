// Which conversation this browser is in: made, resumed, connected, left, made anew.
//
// The token of the conversation stands in storage, so a reload and a second tab resume the same
// one. Who is signed in on the host page decides whether it may go on: signing out, or another
// user, ends it here and starts another.

import {
  Problem,
  connect,
  createConversation,
  disconnect,
  postMessage,
  readEvents,
} from "./api.js";
import { Feed } from "./feed.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { forget, newId, read, watch, write } from "./storage.js";
import { forgetAll } from "./unsent.js";

const NAME = "conversation";
const FIRST_PAUSE_S = 1;
const LONGEST_PAUSE_S = 20;
const RETRY_S = 2;

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export class Session {
  #work = Promise.resolve();
  #due = null; // what begins when the user opens the panel

  /**
   * `on`: opened(conversation, identity), event(event, fresh), state(name), typing(frame),
   * read(frame), stored(item, seq), refused(item, status), delayed(status, seconds), trouble(status, seconds),
   * queued(items), left(signedOut), lost(unsent texts).
   */
  constructor(host, on) {
    this.host = host;
    this.on = on;
    this.conversation = null;
    this.log = null;
    this.feed = null;
    this.outbox = null;
  }

  start() {
    watch(NAME, () => this.#followOtherTab());
    this.#next(async () => this.#begin(await this.host.firstIdentity()));
  }

  say(what) {
    return this.outbox?.add(what) ?? null;
  }

  /**
   * Leaves this conversation and starts another one, as the same user. `goodbye`: the act that
   * ends what an advisor is asked for here, or null. Should it get lost, the server notices later
   * that the user is gone.
   */
  startAnew(goodbye = null) {
    const connected = this.conversation?.connected;
    if (goodbye && this.conversation) {
      const left = { client_id: newId(), choice: goodbye };
      postMessage(this.conversation, left).catch(() => {});
    }
    this.#leave();
    this.#next(async () => this.#create(connected ? await this.host.freshIdentity() : null));
  }

  /** The host page says who is signed in: a token, or null for nobody. */
  identify(identity) {
    if (!identity && !this.host.vouches) return;
    if (!identity && this.conversation?.connected) this.#signOut(this.conversation);
    this.#next(() => this.#begin(identity));
  }

  /** The user opened the panel: what waited for it begins. */
  wake() {
    if (!this.#due) return;
    const { identity } = this.#due;
    this.#due = null;
    this.#next(() => this.#begin(identity));
  }

  // One thing at a time: two changes at once would make two conversations.
  #next(task) {
    this.#work = this.#work.then(task).catch((problem) => {
      this.on.trouble(problem.status ?? 0, null);
      console.error("ClaudIA: the conversation could not start.", problem);
    });
  }

  async #begin(identity) {
    const kept = read(NAME);
    if (kept?.id && kept.connected && !identity && this.host.vouches) this.#signOut(kept);
    if (!this.host.opened) {
      this.#due = { identity };
      return;
    }
    const known = read(NAME);
    if (known?.id) await this.#resume(known, identity);
    else await this.#create(identity);
  }

  async #resume(kept, identity) {
    if (identity && !(await this.#connected(kept, identity))) {
      this.#leave(true);
      return this.#create(await this.host.freshIdentity());
    }
    const conversation = identity ? { ...kept, connected: true } : kept;
    write(NAME, conversation);
    if (this.conversation?.id === kept.id) {
      this.conversation = conversation;
      return this.on.opened(conversation, identity);
    }
    const events = await this.#history(conversation);
    if (events) {
      this.on.left(false);
      return this.#open(conversation, identity, events, { fresh: false });
    }
    this.on.lost([]);
    this.#leave();
    return this.#create(identity ? await this.host.freshIdentity() : null);
  }

  async #connected(kept, identity) {
    try {
      await this.#patiently(() => connect(kept, identity));
      return true;
    } catch (problem) {
      if (problem instanceof Problem) return false;
      throw problem;
    }
  }

  async #history(conversation) {
    try {
      return (await this.#patiently(() => readEvents(conversation, 0))).events;
    } catch (problem) {
      if (problem.gone) return null;
      throw problem;
    }
  }

  async #create(identity, refused = null) {
    const clientId = read(NAME)?.client_id ?? newId();
    write(NAME, { client_id: clientId }); // until the answer: a reload asks for the same one
    const body = { client_id: clientId, ...(identity && { identity }) };
    try {
      const { id, token, events } = await this.#patiently(() => createConversation(body));
      const conversation = { client_id: clientId, id, token, connected: Boolean(identity) };
      write(NAME, conversation);
      this.#open(conversation, identity, events, { fresh: true });
    } catch (problem) {
      forget(NAME);
      if (!identity || !(problem instanceof Problem)) throw problem;
      await this.#createOtherwise(identity, refused);
    }
  }

  /** The identity was refused: once more with a fresh one, else without. */
  async #createOtherwise(identity, refused) {
    const fresh = refused ? null : await this.host.freshIdentity();
    if (fresh && fresh !== identity) return this.#create(fresh, identity);
    this.host.identityRefused();
    return this.#create(null);
  }

  #open(conversation, identity, events, { fresh }) {
    this.#close();
    this.conversation = conversation;
    const log = new Log((event, isFresh) => this.on.event(event, isFresh));
    const gone = () => this.#gone(conversation);
    const feed = new Feed(conversation, log, { ...this.on, state: (name) => this.#state(name), gone });
    const outbox = new Outbox(conversation, feed, { ...this.on, gone, stored: this.#stored });
    Object.assign(this, { log, feed, outbox });
    this.on.opened(conversation, identity);
    log.add(events, { fresh });
    this.on.queued(outbox.items);
    feed.run();
    outbox.flush();
  }

  #stored = (item, seq, events) => {
    this.on.stored(item, seq);
    this.log.add(events);
    this.feed.expectAnswer();
  };

  #state(name) {
    if (name !== "cut") this.outbox.flush();
    this.on.state(name);
  }

  /** The server no longer knows this conversation, or its token no longer opens it. */
  #gone(conversation) {
    if (this.conversation !== conversation) return;
    const unsent = this.outbox.items.filter((item) => item.text).map((item) => item.text);
    this.#close();
    this.on.lost(unsent);
    if (read(NAME)?.id === conversation.id) this.#leave();
    this.#next(async () =>
      this.#begin(conversation.connected ? await this.host.freshIdentity() : null),
    );
  }

  #signOut(conversation) {
    const again = () => pause(RETRY_S).then(() => disconnect(conversation));
    disconnect(conversation).catch(again).catch(() => {}); // this browser forgets it in any case
    this.#leave(true);
  }

  #leave(signedOut = false) {
    this.#close();
    forget(NAME);
    Outbox.clear();
    forgetAll("chat");
    this.on.left(signedOut);
  }

  #close() {
    this.feed?.stop();
    this.outbox?.stop();
    Object.assign(this, { conversation: null, log: null, feed: null, outbox: null });
  }

  #followOtherTab() {
    if (!this.conversation && !this.host.opened) return;
    this.#next(async () => {
      const kept = read(NAME);
      if (kept?.id && kept.id !== this.conversation?.id) await this.#resume(kept, null);
    });
  }

  async #patiently(task) {
    for (let step = FIRST_PAUSE_S; ; step = Math.min(LONGEST_PAUSE_S, step * 2)) {
      try {
        return await task();
      } catch (problem) {
        if (problem instanceof Problem && !problem.passing) throw problem;
        const seconds = problem.retryAfterS ?? step * (0.5 + Math.random() / 2);
        this.on.trouble(problem.status ?? 0, Math.ceil(seconds));
        await pause(seconds);
      }
    }
  }
}
