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
  document.documentElement.dataset.script = "on";
  document.documentElement.dataset.size = sizes.includes(size) ? size : "normal";
})();
