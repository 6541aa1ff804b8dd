/** Folded parts are shown in print, and the table of contents on a wide screen. */
export const FOLDING = `
"use strict";
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => { for (const details of folded) details.open = false; });
const contents = document.querySelector("nav details");
const wideScreen = matchMedia("(min-width:1280px)");
const unfold = () => { if (contents) contents.open = wideScreen.matches; };
wideScreen.addEventListener("change", unfold);
unfold();

`;
