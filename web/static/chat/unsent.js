// Files that were chosen and that the server does not have yet, kept so that a reload loses none.
//
// In IndexedDB of our own origin, since localStorage holds no files. A record is {client_id, side,
// place, file, at}: `side` is "chat" or "agents", `place` says whom it goes to, without any token.
// What is sent, refused or taken away goes at once; what belongs to another conversation, to
// somebody else, or to yesterday goes when a page next looks.

const DATABASE = "claudia";
const STORE = "unsent";
const LONGEST_MS = 24 * 3600 * 1000;

const others = "BroadcastChannel" in window ? new BroadcastChannel("claudia.unsent") : null;
let opening = null;

function database() {
  opening ??= new Promise((done, failed) => {
    const request = indexedDB.open(DATABASE, 1);
    const keyPath = ["side", "client_id"];
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return opening;
}

/** What `act` asks of the store, once it is safe there. Rejects where nothing can be kept. */
async function within(mode, act) {
  const transaction = (await database()).transaction(STORE, mode);
  const asked = act(transaction.objectStore(STORE));
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(asked.result);
    transaction.onabort = () => failed(transaction.error); // no room, most often
  });
}

/** False when this browser refuses, or has no room: the file is then gone with the page. */
export function keep(record) {
  return within("readwrite", (store) => store.put(record)).then(
    () => true,
    () => false,
  );
}

/** No longer wanted: other tabs hear of it, for what is taken away in one must not leave by another. */
export function drop({ side, client_id: clientId }) {
  others?.postMessage(clientId);
  remove([side, clientId]);
}

function remove(keys) {
  within("readwrite", (store) => store.delete(keys)).catch(() => {}); // where nothing was kept
}

/** Calls back with the client id of what another tab dropped. */
export function whenDropped(dropped) {
  others?.addEventListener("message", ({ data }) => dropped(data));
}

/** What of this side is wanted still, oldest first; the rest of it is dropped. */
export async function restore(side, isWanted) {
  const all = await within("readonly", (store) => store.getAll()).catch(() => []);
  const wanted = all.filter((record) => {
    const young = Date.now() - record.at < LONGEST_MS;
    if (young && (record.side !== side || isWanted(record.place))) return record.side === side;
    drop(record);
    return false;
  });
  return wanted.sort((one, other) => one.at - other.at);
}

/** Somebody else may come: nothing of this side is left. One request, for the page may be going. */
export function forgetAll(side) {
  remove(IDBKeyRange.bound([side], [side, []]));
}
