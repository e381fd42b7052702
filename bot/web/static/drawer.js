// What this tab remembers: events the desk has not acknowledged, and what the resident said. It goes with the tab.

const NAME = "madoguchi.chat";

export class Drawer {
  constructor() {
    const { waiting = [], own = [], draft = "" } = read();
    this.waiting = waiting;
    this.own = own;
    this.draft = draft;
  }

  save() {
    const { waiting, own, draft } = this;
    try {
      sessionStorage.setItem(NAME, JSON.stringify({ waiting, own, draft }));
    } catch {
      // Storage is full or switched off: the chat goes on, but a reload forgets what was not yet sent.
    }
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}
