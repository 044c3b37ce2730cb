/* Runs before the page is drawn, so that a chosen theme does not flash the other one. A classic script for that reason. */
(() => {
  let theme = null;
  try { theme = localStorage.getItem("weir-theme"); } catch (e) { /* a browser may forbid it */ }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
