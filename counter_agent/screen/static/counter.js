// Both sides of the desk: ask for news, show it, and tell the program which version is on the screen.
// Nothing is kept here but four digits while they are typed.

import { watchKeypad, forgetDigits } from "/static/keypad.js";
import { watchKeys } from "/static/keys.js";

const EVERY_MS = 400;
const GIVE_UP_AFTER = 5;
const live = document.getElementById("live");
const notice = document.getElementById("notice");
const away = document.getElementById("away");
const view = document.body.dataset.view;
const csrf = document.body.dataset.csrf;
const page = crypto.randomUUID();
let failures = 0;
let held = false;
let drawn = "";
let newest = 0;
let isOut = !csrf;

// A button that is replaced between the press and the release of the mouse would never hear of the click.
const HELD_AT_MOST_MS = 1000;
document.addEventListener("pointerdown", () => (held = true), true);
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(() => (held = false)), true);

async function letGo() {
  const until = performance.now() + HELD_AT_MOST_MS;
  while (held && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
}

// A page that nobody looks at, or whose program is gone, shows nothing at all: timers of hidden pages are slowed
// down, and what stands on such a page would be missed.
function blank() {
  newest += 1;
  drawn = "";
  forgetDigits();
  live.replaceChildren();
}

// Not a word of anybody, but that there is nothing to see now: the program is gone, or nobody is signed in.
function leave() {
  blank();
  away.hidden = false;
}

const shown = () => live.firstElementChild?.dataset.version ?? "blank";

async function ask() {
  const response = await fetch(`/state?page=${page}&shown=${shown()}`, { redirect: "manual" });
  if (response.type === "opaqueredirect" || response.status === 401) {
    leave();
    isOut = true;
    if (view === "clerk") location.assign("/sign-in");
    return;
  }
  if (isOut) {
    location.reload(); // a clerk is back, with new tokens
    return;
  }
  const { version } = await response.json();
  failures = 0;
  if (!document.hidden && String(version) !== shown()) await show();
}

const HALF_DONE = ["ticket", "walk-in-language"]; // kept wherever the cursor is: nothing of the program's stands in them
const VERSION = / data-version="(\d+)"/;

async function show() {
  const asked = (newest += 1);
  const response = await fetch(`/fragment/${view}?page=${page}`);
  if (!response.ok) return;
  const news = await response.text();
  await letGo();
  // What was asked for before the page was blanked, or before something newer, must not come up again.
  if (document.hidden || asked !== newest) return;
  const looks = news.replace(VERSION, "");
  if (looks === drawn) {
    // Only the number is new: whoever is typing a PIN must not lose its digits to news that show nothing.
    live.firstElementChild.dataset.version = VERSION.exec(news)[1];
    return;
  }
  drawn = looks;
  const typed = [...live.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select")].map((one) => [one.id, one.value]);
  const ticked = [...live.querySelectorAll("input:checked")].map((one) => one.name);
  const isOpen = live.querySelector("details")?.open;
  const focused = document.activeElement;
  const place = focused && live.contains(focused) ? whereabouts(focused) : null;
  const scrolled = live.querySelector(".rows")?.scrollTop ?? 0;
  forgetDigits();
  live.innerHTML = news;
  away.hidden = true;
  for (const [id, value] of typed) {
    const input = id && document.getElementById(id);
    if (input && value && (HALF_DONE.includes(id) || place?.id === id)) input.value = value;
  }
  for (const name of ticked) {
    const box = live.querySelector(`input[name="${CSS.escape(name)}"]`);
    if (box) box.checked = true;
  }
  const details = live.querySelector("details");
  if (details && isOpen) details.open = true;
  const rows = live.querySelector(".rows");
  if (rows) rows.scrollTop = scrolled;
  if (place) find(place)?.focus({ preventScroll: true });
}

function whereabouts(element) {
  const form = element.closest("form");
  const fields = form ? [...form.querySelectorAll("input[type=hidden]")].map((one) => `${one.name}=${one.value}`).join("&") : "";
  return { id: element.id, action: form?.getAttribute("action"), fields };
}

function find(place) {
  if (place.id) return document.getElementById(place.id);
  return [...live.querySelectorAll("form button")].find((button) => {
    const there = whereabouts(button);
    return there.action === place.action && there.fields === place.fields;
  });
}

async function send(address, body, headers = {}) {
  notice.hidden = true;
  const response = await fetch(address, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRF": csrf, ...headers },
  });
  if (response.status === 409) {
    const { text } = await response.json();
    notice.textContent = text;
    notice.hidden = false;
  }
  if (response.status === 403) location.reload(); // another clerk has signed in since this page was made
  await ask();
  return response.ok;
}

live.addEventListener("submit", (event) => {
  const form = event.target;
  if ("plain" in form.dataset) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  const ticket = form.querySelector("#ticket")?.value;
  if (ticket) form.reset(); // before the page is drawn again, which keeps what is half typed
  const isWalkIn = form.closest("details") !== null;
  send(form.getAttribute("action"), body).then((went) => {
    const field = document.getElementById("ticket");
    if (ticket && !went && field && !field.value) field.value = ticket;
    if (isWalkIn && went) closeWalkIn();
  }, fail);
});

// The next one starts with nothing ticked, and in the first language.
function closeWalkIn() {
  const details = live.querySelector("details");
  details?.querySelector("form").reset();
  if (details) details.open = false;
}

function fail() {
  failures += 1;
  if (failures >= GIVE_UP_AFTER) leave();
}

async function forever() {
  for (;;) {
    await ask().catch(fail);
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) blank();
  ask().catch(fail);
});
// Said last of all: a page that only falls silent may still be showing what it showed.
window.addEventListener("pagehide", () => {
  blank();
  navigator.sendBeacon(`/left?page=${page}`);
});

if (view === "resident") watchKeypad(live, (digits) => send("/resident/pin", digits, { "Content-Type": "application/octet-stream" }));
else watchKeys(live);
forever();
