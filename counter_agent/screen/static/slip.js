// The slip prints itself when asked; the content security policy allows no handlers in the page.
document.getElementById("print").addEventListener("click", () => window.print());
