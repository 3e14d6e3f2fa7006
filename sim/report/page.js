// SPDX-License-Identifier: Apache-2.0
// Puts the pictures into the page.

// A region that scrolls is reached by keyboard; one that does not need not be.
function tameScrolling() {
  for (const region of document.querySelectorAll(".scroll, pre")) {
    const wide = region.scrollWidth > region.clientWidth;
    if (!wide && region.className === "scroll") region.removeAttribute("tabindex");
  }
}

drawPictures();
drawTimelines();
drawLatencies();
drawPlots();
addFaultTools();
openForPrinting();
tameScrolling();
