// SPDX-License-Identifier: Apache-2.0
// The list of faults: open all, close all, show those of one function or reason.

function faultChoice(faults, name, title) {
  const select = element("select", {}, element("option", { value: "" }, "all"));
  const values = [...new Set(faults.map((fault) => fault.dataset[name]))].sort();
  for (const value of values) select.append(element("option", { value }, value));
  return [select, element("label", {}, title, select)];
}

function addFaultTools() {
  const place = document.getElementById("fault-tools");
  if (!place) return;
  const faults = [...document.querySelectorAll("#fault-list .fault")];
  const said = element("span", { role: "status", class: "note" });
  const [who, whoLabel] = faultChoice(faults, "who", "Function");
  const [reason, reasonLabel] = faultChoice(faults, "reason", "Reason");
  const show = () => {
    let shown = 0;
    for (const fault of faults) {
      fault.hidden = (who.value && fault.dataset.who !== who.value) ||
                     (reason.value && fault.dataset.reason !== reason.value);
      if (!fault.hidden) ++shown;
    }
    said.textContent = shown === faults.length ? `${shown} lines` : `${shown} of ${faults.length} lines`;
  };
  who.addEventListener("change", show);
  reason.addEventListener("change", show);
  const button = (text, open) => {
    const out = element("button", { type: "button" }, text);
    out.addEventListener("click", () => {
      for (const fault of faults) fault.open = open && !fault.hidden;
    });
    return out;
  };
  place.className = "tools";
  place.append(whoLabel, reasonLabel, button("Open all", true), button("Close all", false), said);
  show();
}

// On paper nothing can be opened.
function openForPrinting() {
  let closed = [];
  const open = () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  };
  const close = () => {
    for (const one of closed) one.open = false;
    closed = [];
  };
  window.addEventListener("beforeprint", open);
  window.addEventListener("afterprint", close);
}
