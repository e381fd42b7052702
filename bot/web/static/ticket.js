// The ticket's page works without this; with it there is a button to print.
const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());
