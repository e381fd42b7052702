// The keypad of the resident's side. Digits are in one array of bytes, in no field and no attribute, and are
// overwritten as soon as they are sent, cleared, or the screen changes.

const LENGTH = 4;
const digits = new Uint8Array(LENGTH);
let count = 0;

export function forgetDigits() {
  digits.fill(0);
  count = 0;
}

export function watchKeypad(live, send) {
  live.addEventListener("click", (event) => {
    const key = event.target.closest("button");
    if (!key || !key.closest(".keypad")) return;
    if ("digit" in key.dataset && count < LENGTH) {
      digits[count] = key.dataset.digit.charCodeAt(0);
      count += 1;
    } else if ("clear" in key.dataset) {
      forgetDigits();
    } else if ("enter" in key.dataset && count === LENGTH) {
      const sent = digits.slice();
      forgetDigits();
      send(sent).finally(() => sent.fill(0));
    }
    draw(live);
  });
}

function draw(live) {
  const pad = live.querySelector(".keypad");
  if (!pad) return;
  pad.querySelectorAll(".dot").forEach((dot, index) => dot.classList.toggle("filled", index < count));
  pad.querySelector("#entered").textContent = pad.dataset.entered.replace("#", String(count));
  pad.querySelector("[data-enter]").disabled = count !== LENGTH;
}
