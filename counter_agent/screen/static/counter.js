// Both sides of the desk: ask for news, show it, and tell the program which version is on the screen.
// Nothing is kept here but four digits while they are typed.

import { watchKeypad, forgetDigits } from "/static/keypad.js";
import { watchKeys } from "/static/keys.js";

const EVERY_MS = 400;
const GIVE_UP_AFTER = 5;
const live = document.getElementById("live");
const notice = document.getElementById("notice");
const view = document.body.dataset.view;
const csrf = document.body.dataset.csrf;
const page = crypto.randomUUID();
let failures = 0;
let held = false;

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
  forgetDigits();
  live.replaceChildren();
}

const shown = () => live.firstElementChild?.dataset.version ?? "blank";

async function ask() {
  const response = await fetch(`/state?page=${page}&shown=${shown()}`, { redirect: "manual" });
  if (response.type === "opaqueredirect" || response.status === 401) {
    blank();
    location.assign("/sign-in");
    return;
  }
  const { version } = await response.json();
  failures = 0;
  if (!document.hidden && String(version) !== shown()) await show();
}

async function show() {
  const response = await fetch(`/fragment/${view}`);
  if (!response.ok) return;
  const news = await response.text();
  await letGo();
  if (document.hidden) return;
  const typed = [...live.querySelectorAll("input:not([type=hidden]):not([type=checkbox])")].map((one) => [one.id, one.value]);
  const ticked = [...live.querySelectorAll("input:checked")].map((one) => one.name);
  const isOpen = live.querySelector("details")?.open;
  const focused = document.activeElement;
  const place = focused && live.contains(focused) ? whereabouts(focused) : null;
  const scrolled = live.querySelector(".rows")?.scrollTop ?? 0;
  forgetDigits();
  live.innerHTML = news;
  for (const [id, value] of typed) {
    const input = id && document.getElementById(id);
    if (input && value && place?.id === id) input.value = value;
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
  await ask();
  return response.ok;
}

live.addEventListener("submit", (event) => {
  const form = event.target;
  if ("plain" in form.dataset) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  const field = form.querySelector("#ticket");
  const details = form.closest("details");
  send(form.getAttribute("action"), body).then((went) => {
    if (field) field.value = "";
    if (details && went) {
      form.reset();
      const shown = live.querySelector("details");
      if (shown) shown.open = false;
    }
  }, fail);
});

function fail() {
  failures += 1;
  if (failures >= GIVE_UP_AFTER) blank();
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
window.addEventListener("pagehide", blank);

if (view === "resident") watchKeypad(live, (digits) => send("/resident/pin", digits, { "Content-Type": "application/octet-stream" }));
else watchKeys(live);
forever();
