// The clerk's keyboard. A QR scanner types too ("keyboard wedge"), far faster than a hand: what comes within a few
// hundredths of a second and ends with Enter is a ticket, wherever the cursor stands outside a field.

const HAND_MS = 60;
let typed = "";
let last = 0;
let alone = 0;

export function watchKeys(live) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (/^F\d+$/.test(event.key)) press(live, event);
    else if (!event.target.closest("input, select, textarea")) catchScan(live, event);
  });
}

function press(live, event) {
  const target = live.querySelector(`[data-key="${event.key}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.select();
  target.focus();
  if (!target.matches("input")) target.click();
}

function catchScan(live, event) {
  const now = event.timeStamp; // when the key went down, not when a busy page came to it
  if (now - last > HAND_MS) typed = "";
  last = now;
  clearTimeout(alone);
  if (event.key === "Enter" && typed.length > 3) {
    event.preventDefault();
    scan(live, typed);
    typed = "";
  } else if (event.key.length === 1 && event.key !== " ") {
    typed += event.key;
    if (typed.length === 1) alone = setTimeout(() => live.querySelector(`button[data-key="${event.key}"]`)?.click(), HAND_MS);
  }
}

function scan(live, text) {
  const field = live.querySelector("#ticket");
  if (!field) return;
  field.value = text;
  field.form.requestSubmit();
}
