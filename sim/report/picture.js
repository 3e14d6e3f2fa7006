// SPDX-License-Identifier: Apache-2.0
// The system: functions on the left, the unit in the middle, domains and memory on the right.

// What each function has by the tables, joined with what it did.
function pictureFunctions(unit) {
  const found = new Map();
  for (const owned of unit.owners ? unit.owners.functions : []) {
    found.set(owned.source, { name: owned.name, owned, faults: 0, bytes: 0, seen: false });
  }
  for (const one of unit.functions) {
    const known = found.get(one.source) || { name: one.name, owned: null };
    found.set(one.source, { ...known, faults: one.faults, bytes: one.bytes, seen: true,
                            interrupts: one.interrupts, requests: one.requests });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function pictureTargets(unit, functions) {
  const targets = new Map();
  const add = (key, title, lines) => {
    if (!targets.has(key)) targets.set(key, { key, title, lines });
    return key;
  };
  for (const one of functions) {
    const owned = one.owned;
    if (owned && owned.how === "translated") {
      const table = unit.owners.tables[owned.table];
      const pages = ["4 KiB", "2 MiB", "1 GiB"].map((size, i) => [table.pages[i], size])
        .filter(([count]) => count).map(([count, size]) => `${counted(count, "page", "pages")} of ${size}`);
      one.target = add(`d${owned.domain}t${owned.table}`, `domain ${owned.domain}`,
                       pages.length ? [`${table.size} mapped, ${table.levels} levels`, pages.join(", ")]
                                    : ["nothing mapped", `${table.levels} levels`]);
    } else if (owned && owned.how === "nothing") {
      one.target = add("nothing", "an entry the unit cannot use", ["reaches nothing"]);
    } else if (owned || !(unit.owners && unit.owners.translating)) {
      one.target = add("all", "all of memory", [owned ? "passed through" : "not translated"]);
    } else if (one.requests) {
      one.target = add("none", "no context entry", ["reaches nothing"]);
    }
  }
  if (unit.owners && unit.owners.remapping_interrupts) {
    const key = add("irt", "interrupts, remapped",
                    [`${counted(unit.owners.interrupt_entries, "entry", "entries")} present`]);
    for (const one of functions) if (one.interrupts) one.messages = key;
  }
  return [...targets.values()];
}

function pictureOf(unit) {
  const functions = pictureFunctions(unit).slice(0, 24);
  const more = pictureFunctions(unit).length - functions.length;
  const targets = pictureTargets(unit, functions);
  const rowHeight = 46;
  const targetHeight = 66;
  const height = Math.max(functions.length * rowHeight + (more ? 20 : 0),
                          targets.length * targetHeight, 90) + 12;
  const left = { x: 0, width: 290 };
  const middle = { x: 430, width: 150 };
  const right = { x: 700, width: 300 };
  const top = (count, each) => (height - count * each) / 2;
  const parts = [];
  const edges = [];
  const targetY = new Map();
  targets.forEach((target, i) => {
    const y = top(targets.length, targetHeight) + i * targetHeight;
    targetY.set(target.key, y + targetHeight / 2);
    parts.push(svg("rect", { x: right.x, y: y + 4, width: right.width, height: targetHeight - 8,
                             rx: 5, class: "box" }),
               label(right.x + 12, y + 22, target.title, "bold"));
    target.lines.forEach((line, k) => {
      parts.push(label(right.x + 12, y + 38 + 15 * k, cut(line, 46), "soft"));
    });
  });
  // Each place has a color; messages are thin lines, so that memory can be followed.
  const colors = ["data", "second", "third", "fourth"];
  const memory = targets.filter((target) => target.key !== "irt");
  const colorOf = (key) => {
    const place = memory.findIndex((target) => target.key === key);
    return place < 0 ? "soft" : colors[place % colors.length];
  };
  for (const target of targets) {
    const y = targetY.get(target.key) - targetHeight / 2 + 4;
    parts.push(svg("rect", { x: right.x, y, width: 5, height: targetHeight - 8, rx: 2,
                             style: `fill:var(--${colorOf(target.key)})` }));
  }
  const centre = height / 2;
  const curve = (x1, y1, x2, y2) => {
    const half = (x1 + x2) / 2;
    return `M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}`;
  };
  // Through the unit a line keeps its place, so that it can be followed.
  const slot = (i, count) => centre + (i - (count - 1) / 2) * Math.min(14, (height - 30) / count);
  const lines = [];
  functions.forEach((one) => {
    if (one.target) lines.push([one, one.target]);
    if (one.messages) lines.push([one, one.messages]);
  });
  functions.forEach((one, i) => {
    one.y = top(functions.length, rowHeight) + i * rowHeight + rowHeight / 2;
    parts.push(svg("rect", { x: left.x, y: one.y - 19, width: left.width, height: 38, rx: 5,
                             class: "box" }),
               label(left.x + 12, one.y - 3, cut(one.name, 34), "bold"));
    const did = one.seen ? `${bytes(one.bytes)} moved, ${short(one.interrupts || 0)} interrupt${one.interrupts === 1 ? "" : "s"}`
                         : "no request seen";
    parts.push(label(left.x + 12, one.y + 13, did, "soft"));
    if (one.faults) {
      parts.push(label(left.x + left.width - 10, one.y + 13, counted(one.faults, "fault", "faults"),
                       "bad", "end"));
    }
  });
  lines.forEach(([one, key], i) => {
    const y = slot(i, lines.length);
    edges.push(svg("path", { class: "edge",
                             style: `stroke:var(--${colorOf(key)});stroke-width:${key === "irt" ? 1 : 2.2}`,
                             d: curve(left.x + left.width, one.y, middle.x, y) +
                                `L${middle.x + middle.width} ${y}` +
                                curve(middle.x + middle.width, y, right.x, targetY.get(key)) }));
  });
  const unitHeight = Math.max(80, Math.min(height - 8, lines.length * 14 + 40));
  parts.push(svg("rect", { x: middle.x, y: centre - unitHeight / 2, width: middle.width,
                           height: unitHeight, rx: 6, class: "unit" }));
  const name = [label(middle.x + middle.width / 2, centre - 2, unit.name, "bold", "middle"),
                label(middle.x + middle.width / 2, centre + 14, "remapping unit", "", "middle")];
  if (more > 0) parts.push(label(left.x, height - 4, `and ${more} more functions`, "soft"));
  const moment = unit.owners ? `, at ${data.time_unit.slice(0, -1)} ${grouped(unit.owners.cycle)}`
                             : "";
  const title = `${unit.name}: ${functions.length} functions, ${targets.length} places they reach` +
                moment;
  return element("figure", {}, element("figcaption", {}, title),
                 drawing(1000, height, title, ...edges, ...parts, ...name));
}

function drawPictures() {
  const place = document.getElementById("picture-drawn");
  if (!place) return;
  for (const unit of data.units) {
    if (unit.owners || unit.functions.length) place.append(pictureOf(unit));
  }
}
