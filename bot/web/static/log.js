// The conversation on the screen: the desk's messages in the order of their ids, the resident's own between them.

import { worded } from "./wording.js";

const NUMBER = /^\d+\. /;
const SPOKEN = { ja: "ja", "ja-easy": "ja", en: "en" };

export class Log {
  /** `choose` is called with a token and its label; `resend` with an event that was not sent. */
  constructor(root, words, { choose, resend }) {
    this.root = root;
    this.words = words;
    this.choose = choose;
    this.resend = resend;
    this.newest = 0;
    this.shown = new Set();
  }

  /** Draws without being read aloud (what the resident has heard before). */
  quietly(draw) {
    this.root.setAttribute("aria-live", "off");
    draw();
    setTimeout(() => this.root.setAttribute("aria-live", "polite"), 500);
  }

  /** A message of the desk, and whether it is news; one that is there already is left alone. */
  showDesk(message) {
    if (this.shown.has(message.id)) return false;
    this.shown.add(message.id);
    this.newest = Math.max(this.newest, message.id);
    const article = this.#article("desk", this.words.desk);
    article.dataset.id = message.id;
    article.append(this.#bubble(worded(message.text, SPOKEN[message.lang]), SPOKEN[message.lang]));
    if (message.attachments.length > 0) article.append(this.#attachments(message.attachments));
    if (message.choices.length > 0) article.append(this.#choices(message));
    this.root.insertBefore(article, this.#following(message.id));
    if (message.choices.length > 0) this.#outdateBefore(article);
    return true;
  }

  /** What the resident said; its place is after the messages that were there when it was sent. */
  showOwn(event) {
    const article = this.#article("own", this.words.you);
    article.dataset.event = event.id;
    const said = document.createElement("p");
    said.textContent = event.removed ? this.words.removed : event.label;
    article.append(this.#bubble([said], null));
    const before = event.after === undefined ? null : this.#deskAfter(event.after);
    this.root.insertBefore(article, before);
  }

  /** "waiting", "sending", "sent" or "failed", in words below the message. */
  mark(event, state) {
    const article = this.#own(event);
    if (!article) return;
    article.dataset.state = state;
    article.querySelector(".state")?.remove();
    if (state !== "sent") article.append(this.#state(event, state));
  }

  /** Takes the text off the screen: it held what nobody should type. */
  blot(event) {
    const said = this.#own(event)?.querySelector(".bubble p");
    if (said) said.textContent = this.words.removed;
  }

  /** Takes away everything before a message of the desk, except the events that are `kept`. */
  clearBefore(message, kept) {
    const articles = [...this.root.children];
    const end = articles.findIndex((one) => Number(one.dataset.id) === message.id);
    const ids = new Set(kept.map((event) => event.id));
    for (const article of articles.slice(0, end)) {
      if (!ids.has(article.dataset.event)) article.remove();
    }
  }

  /** Brings what the resident just said, and with it the beginning of the reply, to the top. */
  bring(event) {
    this.#own(event)?.scrollIntoView({ block: "start" });
  }

  bringLast() {
    this.root.lastElementChild?.scrollIntoView({ block: "start" });
  }

  /** Scrolls no further than needed to see the event, or the last message. */
  bringNear(event) {
    (event ? this.#own(event) : this.root.lastElementChild)?.scrollIntoView({ block: "nearest" });
  }

  has(event) {
    return this.#own(event) !== null;
  }

  get isAtEnd() {
    const last = this.root.lastElementChild;
    return !last || last.getBoundingClientRect().bottom <= innerHeight + 80;
  }

  #article(who, speaker) {
    const article = document.createElement("article");
    article.className = `message ${who}`;
    const name = document.createElement("p");
    name.className = "speaker";
    name.id = `speaker-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
    name.textContent = speaker;
    article.setAttribute("aria-labelledby", name.id);
    article.append(name);
    return article;
  }

  #bubble(nodes, language) {
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    if (language) bubble.lang = language;
    bubble.append(...nodes);
    return bubble;
  }

  /** The files of a booking: its QR code as a picture, the others as links. */
  #attachments(attachments) {
    const list = document.createElement("ul");
    list.className = "attachments";
    list.append(...attachments.map((one) => this.#attachment(one)));
    return list;
  }

  #attachment({ kind, url, type }) {
    const item = document.createElement("li");
    if (type === "image/svg+xml") {
      const picture = document.createElement("img");
      Object.assign(picture, { src: url, alt: this.words[kind], width: 160, height: 160 });
      item.append(picture);
      return item;
    }
    const link = document.createElement("a");
    link.href = url;
    link.textContent = this.words[kind] ?? url;
    if (type === "text/html") link.target = "_blank";
    item.append(link);
    return item;
  }

  #choices({ choices, lang }) {
    const list = document.createElement("ul");
    list.className = "choices";
    list.setAttribute("aria-label", this.words.choices);
    list.append(...choices.map((choice) => this.#choice(choice, SPOKEN[lang])));
    return list;
  }

  #choice({ label, choice }, language) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const [number] = label.match(NUMBER) ?? [""];
    const plain = label.slice(number.length);
    const before = document.createElement("span");
    before.className = "number";
    before.textContent = number;
    const name = document.createElement("span");
    name.textContent = plain;
    name.lang = SPOKEN[choice.replace(/^lang:/, "")] ?? language;
    button.type = "button";
    button.dataset.choice = choice;
    button.append(before, name);
    button.addEventListener("click", () => this.choose(choice, plain));
    item.append(button);
    return item;
  }

  #state(event, state) {
    const line = document.createElement("p");
    line.className = "state";
    line.textContent = state === "failed" ? this.words.not_sent : this.words.sending;
    if (state === "failed") {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = this.words.resend;
      button.addEventListener("click", () => this.resend(event));
      line.append(" ", button);
    }
    return line;
  }

  /** Numbers can be typed for the newest choices only, so older ones lose theirs. */
  #outdateBefore(article) {
    for (const list of this.root.querySelectorAll(".choices:not(.old)")) {
      if (!article.contains(list) && list.compareDocumentPosition(article) & Node.DOCUMENT_POSITION_FOLLOWING) {
        list.classList.add("old");
        for (const number of list.querySelectorAll(".number")) number.remove();
      }
    }
  }

  #own(event) {
    return this.root.querySelector(`[data-event="${CSS.escape(event.id)}"]`);
  }

  /** What a new message of the desk goes before: a later one, or what the desk cannot have heard yet. */
  #following(id) {
    return [...this.root.children].find((one) => Number(one.dataset.id) > id || one.dataset.state === "waiting") ?? null;
  }

  #deskAfter(id) {
    return [...this.root.children].find((one) => Number(one.dataset.id) > id) ?? null;
  }
}
