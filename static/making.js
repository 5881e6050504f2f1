/* Files that the server makes: what takes longer than a moment is said to be made; without this the links work as they are. */

import { make } from "./dom.js";

/** What takes longer is felt as waiting. */
const MOMENT_MS = 300;
/** The browser has begun to keep a file long before. */
const KEPT_MS = 60_000;
const place = document.getElementById("making");
/** What is being made now, each by the timer that says so. */
const making = new Set();

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (isShown(link)) {
    if (!link.target) wait(); // this page goes when that one comes
    return;
  }
  event.preventDefault();
  if (!link.hasAttribute("aria-busy")) keep(link);
});
// a page that is come back to stands as it was left; what it waited for has been seen
addEventListener("pageshow", ({ persisted }) => { if (persisted) [...making].forEach(end); });

/** Tell whether the browser shows a file itself; any other is kept. */
function isShown({ pathname }) {
  return pathname.endsWith(".html") || (pathname.endsWith(".pdf") && navigator.pdfViewerEnabled);
}

/** Say that something is being made until what is given back is called. */
function wait() {
  const timer = setTimeout(() => { place.textContent = place.dataset.text; }, MOMENT_MS);
  making.add(timer);
  return () => end(timer);
}

function end(timer) {
  clearTimeout(timer);
  making.delete(timer);
  if (!making.size) place.textContent = "";
}

/** Fetch a file and hand it to the reader; what is none has a page of its own, which says why. */
async function keep(link) {
  const done = wait();
  const { href } = link;
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(href);
    const name = answer.ok ? nameIn(answer.headers.get("Content-Disposition")) : null;
    if (name === null) location.assign(href);
    else hand(await answer.blob(), name);
  } catch {
    location.assign(href); // the browser says best that there is no answer
  } finally {
    link.removeAttribute("aria-busy");
    done();
  }
}

/** Read a file's name from its header (RFC 6266), null where there is none. */
function nameIn(disposition) {
  const [, name] = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? "") ?? /filename="([^"]*)"/.exec(disposition ?? "") ?? [];
  return name === undefined ? null : decodeURIComponent(name);
}

function hand(content, name) {
  const href = URL.createObjectURL(content);
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}
