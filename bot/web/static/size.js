// The text size the resident chose, set before the first paint. Remembered on this device only.
"use strict";
(() => {
  const sizes = ["normal", "large", "larger"];
  let size = null;
  try {
    size = localStorage.getItem("madoguchi.size");
  } catch {
    // Storage is switched off: the normal size.
  }
  document.documentElement.dataset.size = sizes.includes(size) ? size : "normal";
})();
