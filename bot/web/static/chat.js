// The page: what the resident does becomes events in a queue, sent one by one; what the desk says is drawn.
// An event keeps its id until the desk has answered it, so however often it is sent it counts once.

import { Drawer } from "./drawer.js";
import { Line, Refused } from "./line.js";
import { Log } from "./log.js";

const SAID_AGAIN_WITHIN_MS = 800;
const SHOWN_CONNECTED_MS = 6000;

const byId = (id) => document.getElementById(id);
const words = JSON.parse(byId("words").textContent);
const [form, text, status] = [byId("form"), byId("text"), byId("status")];
const drawer = new Drawer();
const line = new Line(tellConnected);
const log = new Log(byId("log"), words, { choose, resend: enqueue });

let isSending = false;
let isConnected = true;
let cursor = 0;
let lastChosen = { token: null, at: 0 };
let statusTimer = 0;

// ---- what the resident does

form.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  submit();
});

function submit() {
  const typed = text.value.trim();
  text.focus();
  if (typed === "") {
    say(words.empty);
    return;
  }
  text.value = "";
  say(isConnected ? "" : words.offline);
  enqueue({ id: newId(), body: { text: typed }, label: typed });
}

text.addEventListener("keydown", (key) => {
  // The Enter that ends a conversion (isComposing, or 229 in Safari) belongs to the input method.
  if (key.key !== "Enter" || key.shiftKey || key.isComposing || key.keyCode === 229) return;
  key.preventDefault();
  submit();
});

for (const link of document.querySelectorAll("a[data-language]")) {
  link.addEventListener("click", (clicked) => {
    clicked.preventDefault();
    choose(`lang:${link.dataset.language}`, link.textContent);
  });
}

function choose(token, label) {
  const now = performance.now();
  if (lastChosen.token === token && now - lastChosen.at < SAID_AGAIN_WITHIN_MS) return;
  lastChosen = { token, at: now };
  enqueue({ id: newId(), body: { choice: token }, label });
}

// ---- sending

function enqueue(event) {
  drawer.waiting.push(event);
  drawer.save();
  if (event.label) {
    if (!log.has(event)) log.showOwn(event);
    log.mark(event, "waiting");
    log.bringNear(event);
  }
  sendAll();
}

async function sendAll() {
  if (isSending) return;
  isSending = true;
  while (drawer.waiting.length > 0) await sendFirst(drawer.waiting[0]);
  isSending = false;
}

async function sendFirst(event) {
  event.after ??= log.newest;
  log.mark(event, "sending");
  drawer.save();
  try {
    takeReplies(event, await line.send(event));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    drawer.waiting.shift();
    log.mark(event, "failed");
  }
  drawer.save();
}

function takeReplies(event, replies) {
  drawer.waiting.shift();
  log.mark(event, "sent");
  replies.forEach((message) => log.showDesk(message));
  if (event.label) keepOwn(event, replies);
  if (event.label) log.bring(event);
  const language = effectsOf(replies).find((effect) => effect.startsWith("language:"))?.slice("language:".length);
  if (language && language !== document.body.dataset.language) changeLanguage(language);
}

/** What the desk has the page do, whether the resident pressed a button for it or typed. */
function effectsOf(messages) {
  return messages.flatMap((message) => message.effects ?? []);
}

function keepOwn(event, replies) {
  const { id, label, after } = event;
  const forgotten = replies.find(isForgotten);
  if (forgotten) {
    forget(forgotten, [event]);
  } else if (replies.some((message) => message.kind === "warning")) {
    log.blot(event);
    drawer.own.push({ id, after, removed: true });
  } else {
    drawer.own.push({ id, label, after });
  }
}

function isForgotten(message) {
  return effectsOf([message]).includes("forgotten");
}

/** What was said before is taken away; what the desk has not heard yet stays. */
function forget(message, said = []) {
  log.clearBefore(message, [...said, ...drawer.waiting]);
  drawer.own = [];
  drawer.save();
  say(words.cleared);
}

/** The page's own words come with the page. What was being typed is carried over. */
function changeLanguage(language) {
  drawer.draft = text.value;
  drawer.save();
  location.assign(`/?lang=${encodeURIComponent(language)}`);
}

// ---- what the desk says

async function start() {
  showForm();
  cursor = await restore();
  if (cursor === 0 && drawer.waiting.length === 0) {
    enqueue({ id: newId(), body: { opened: true, lang: document.body.dataset.language } });
  } else {
    sendAll();
  }
  listen();
}

/** Draws the conversation so far; the id of its last message. */
async function restore() {
  const past = [];
  for (let page = await line.read(0); page.length > 0; page = await line.read(past.at(-1).id)) past.push(...page);
  drawer.own = drawer.own.filter((event) => past.length > 0 && event.after >= past[0].id);
  drawer.save();
  if (past.length > 0) log.quietly(() => drawPast(past));
  for (const event of drawer.waiting) {
    if (event.label) log.showOwn(event);
    log.mark(event, "waiting");
  }
  if (past.length > 1) log.bringLast();
  return past.at(-1)?.id ?? 0;
}

function drawPast(past) {
  past.forEach((message) => log.showDesk(message));
  drawer.own.forEach((event) => log.showOwn(event));
}

async function listen() {
  for (;;) {
    await untilSeen();
    hear(await line.listen(cursor));
  }
}

/** Replies come here too, and are drawn once. Only these messages, which have no gaps, move the cursor. */
function hear(messages) {
  const wasAtEnd = log.isAtEnd;
  for (const message of messages) {
    // Forgotten from another tab, or before the answer to it came here.
    const isNews = log.showDesk(message);
    if (isNews && isForgotten(message)) forget(message);
  }
  if (messages.length > 0 && wasAtEnd && !isSending) log.bringNear();
  cursor = Math.max(cursor, messages.at(-1)?.id ?? 0);
}

// A connection that came back may find the old request still waiting in vain.
addEventListener("online", async () => hear(await line.read(cursor)));

/** Nobody is asked on behalf of a tab that nobody looks at. */
function untilSeen() {
  if (!document.hidden) return undefined;
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

// ---- the page itself

function tellConnected(isNow) {
  if (isNow === isConnected) return;
  isConnected = isNow;
  say(isNow ? words.online : words.offline);
  if (!isNow && drawer.waiting.length > 0) log.bringNear(drawer.waiting.at(-1));
  if (isNow) statusTimer = setTimeout(() => say(""), SHOWN_CONNECTED_MS);
}

function say(sentence) {
  clearTimeout(statusTimer);
  status.textContent = sentence;
}

function showForm() {
  form.hidden = false;
  new ResizeObserver(keepClearOfForm).observe(form);
  text.value = drawer.draft;
  drawer.draft = "";
  showSizes();
}

/** Nothing that is scrolled to, or gets the focus, may lie under the form that sticks to the bottom. */
function keepClearOfForm() {
  const isStuck = getComputedStyle(form).position === "sticky";
  document.documentElement.style.scrollPaddingBottom = isStuck ? `${form.offsetHeight + 16}px` : "";
}

function showSizes() {
  const root = document.documentElement;
  const buttons = [...document.querySelectorAll("[data-size]:not(html)")];
  const press = () => buttons.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.size === root.dataset.size)));
  for (const button of buttons) {
    button.addEventListener("click", () => {
      root.dataset.size = button.dataset.size;
      press();
      try {
        localStorage.setItem("madoguchi.size", button.dataset.size);
      } catch {
        // Storage is switched off: the size holds for this page.
      }
    });
  }
  press();
  document.querySelector(".sizes").hidden = false;
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

start();
