// Keeps the crews' page on the phone, so that it opens where there is no network. Entries are kept by the page itself.
const told = {{ told|safe }};
const CACHE = `field-${told.version}`;

self.addEventListener("install", (event) => {
  // Assets are fetched past the browser's own cache: a new version must be the new one.
  const fresh = told.assets.map((url) => new Request(url, { cache: "reload" }));
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(fresh);
    await keep(cache, await fetch(new Request(told.home, { cache: "reload", credentials: "same-origin" })));
    await self.skipWaiting();
  })());
});

// The page of somebody who is not signed in (any more) is not the page to keep.
async function keep(cache, answer) {
  if (answer.ok && answer.type === "basic" && !answer.redirected) await cache.put(told.home, answer.clone());
}

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("field-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === told.home) event.respondWith(shell(event.request));
  else if (told.assets.includes(url.pathname)) event.respondWith(asset(event.request));
});

// The newest page where there is a network, the kept one where there is none (or it is too slow to be one).
async function shell(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(6000) });
    await keep(cache, answer);
    return answer;
  } catch (problem) {
    const kept = await cache.match(told.home, { ignoreVary: true });
    if (kept) return kept;
    throw problem;
  }
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true, ignoreVary: true })) ?? fetch(request);
}
