// Before the first paint: that scripts run, and the text size the resident chose (remembered on this device only).
"use strict";
(() => {
  const sizes = ["normal", "large", "larger"];
  let size = null;
  try {
    size = localStorage.getItem("madoguchi.size");
  } catch {
    // Storage is switched off: the normal size.
  }
  const root = document.documentElement;
  root.dataset.size = sizes.includes(size) ? size : "normal";
  root.dataset.script = "on";
  addEventListener("load", () => {
    // The chat did not start, as in a browser too old for it: say whom to call after all.
    if (document.getElementById("form").hidden) delete root.dataset.script;
  });
})();
