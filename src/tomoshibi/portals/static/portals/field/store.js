// What this phone keeps: today's tickets, and every entry with its photos until the server has it.

const NAME = "tomoshibi-field";
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      request.result.createObjectStore("entries", { keyPath: "key" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

// Resolves when the transaction is on disk, not when the request was taken: only then may a page say "kept".
async function within(store, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? request.error);
  });
}

export const keep = (name, value) => within("kept", "readwrite", (store) => store.put(value, name));
export const kept = (name) => within("kept", "readonly", (store) => store.get(name));

export const addEntry = (entry) => within("entries", "readwrite", (store) => store.add(entry));

// Every entry of this phone, in the order in which they were made.
export async function entries() {
  const found = await within("entries", "readonly", (store) => store.getAll());
  return found.sort((a, b) => a.payload.made_at.localeCompare(b.payload.made_at) || a.key.localeCompare(b.key));
}

// The server has it: the photos may go, the entry stays to be looked at.
export const settle = (entry, answer) =>
  within("entries", "readwrite", (store) =>
    store.put({ ...entry, photos: [], state: answer.state, sentence: answer.sentence ?? "" }));

const DAYS = 30;

export async function forgetOld(now) {
  const limit = new Date(now.getTime() - DAYS * 86_400_000).toISOString();
  const old = (await entries()).filter((entry) => entry.state && entry.payload.made_at < limit);
  for (const entry of old) await within("entries", "readwrite", (store) => store.delete(entry.key));
}
