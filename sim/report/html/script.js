
"use strict";
(() => {
  const all = (query, within) => Array.from((within || document).querySelectorAll(query));
  const made = (name, cls, text) => {
    const found = document.createElement(name);
    if (cls) found.className = cls;
    if (text !== undefined) found.textContent = text;
    return found;
  };

  // Choices: one option at a time; what is chosen of one topic is chosen everywhere.
  const choices = all(".choice").map((box) => {
    const options = all(":scope > .option", box);
    const select = made("select");
    options.forEach((option, place) => {
      const entry = made("option", "", option.dataset.title);
      entry.value = place;
      select.append(entry);
      option.querySelector("h3").classList.add("off");
    });
    const label = made("label", "bar", "Choose a " + box.dataset.topic);
    label.append(select);
    if (options.length > 1) box.prepend(label);
    const show = (place) => {
      select.value = place;
      options.forEach((option, other) => option.classList.toggle("off", other !== place));
    };
    show(0);
    return { topic: box.dataset.topic, options, select, show };
  });
  choices.forEach((choice) => choice.select.addEventListener("change", () => {
    const place = Number(choice.select.value);
    choice.show(place);
    if (choice.topic !== "policy") return;
    const title = choice.options[place].dataset.title;
    choices.filter((other) => other !== choice && other.topic === choice.topic).forEach((other) => {
      const same = other.options.findIndex((option) => option.dataset.title === title);
      if (same >= 0) other.show(same);
    });
  }));

  // Arms: shown or not, in every chart.
  const shown = new Set();
  all(".arm").forEach((arm) => {
    const button = made("button", "arm"), place = arm.dataset.arm;
    button.type = "button";
    button.dataset.arm = place;
    button.title = arm.textContent.trim();
    button.setAttribute("aria-pressed", "true");
    button.append(arm.querySelector(".mark"), made("span", "name", arm.textContent.trim()));
    shown.add(place);
    button.addEventListener("click", () => {
      const on = !shown.has(place);
      if (on) shown.add(place); else shown.delete(place);
      button.setAttribute("aria-pressed", String(on));
      all("svg .arm-" + place).forEach((part) => part.classList.toggle("gone", !on));
    });
    arm.replaceWith(button);
  });

  // What a chart says of the month under the pointer.
  const tip = document.getElementById("tip");
  const tell = (figure, place) => {
    const told = figure.told, chart = figure.querySelector("svg");
    const scale = chart.getBoundingClientRect().width / Number(figure.dataset.wide);
    const first = Number(figure.dataset.first), last = Number(figure.dataset.last);
    const count = told.places.length;
    const x = (first + (count > 1 ? place / (count - 1) * (last - first) : 0)) * scale;
    figure.cursor.style.left = x + "px";
    figure.cursor.hidden = false;
    const room = chart.parentElement;
    room.scrollLeft = Math.min(x - 1, Math.max(room.scrollLeft, x + 1 - room.clientWidth));
    const svg = chart.getBoundingClientRect(), box = figure.getBoundingClientRect();
    tip.replaceChildren(made("b", "", told.places[place]));
    told.series.filter((one) => told.series.length === 1 || shown.has(String(one[1]))).forEach((one) => {
      const row = made("div", "row");
      row.append(made("span", "mark mark-" + one[1]), made("span", "", told.series.length > 1 ? one[0] : ""),
        made("span", "", one[2][place]));
      tip.append(row);
    });
    tip.hidden = false;
    const right = x + svg.left + 12 + tip.offsetWidth > document.documentElement.clientWidth;
    tip.style.left = window.scrollX + svg.left + x + (right ? -12 - tip.offsetWidth : 12) + "px";
    tip.style.top = window.scrollY + box.top + 8 + "px";
    figure.place = place;
  };
  all("figure.told").forEach((figure) => {
    figure.told = JSON.parse(figure.dataset.hover);
    figure.cursor = made("div", "cursor");
    figure.cursor.hidden = true;
    figure.querySelector(".chart").append(figure.cursor);
    const count = figure.told.places.length;
    const within = (place) => Math.max(0, Math.min(count - 1, place));
    const hide = () => { tip.hidden = true; figure.cursor.hidden = true; };
    figure.addEventListener("pointermove", (event) => {
      const svg = figure.querySelector("svg").getBoundingClientRect();
      const at = (event.clientX - svg.left) / svg.width * Number(figure.dataset.wide);
      const first = Number(figure.dataset.first), last = Number(figure.dataset.last);
      tell(figure, within(count > 1 ? Math.round((at - first) / (last - first) * (count - 1)) : 0));
    });
    figure.addEventListener("pointerleave", hide);
    figure.addEventListener("blur", hide);
    figure.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      tell(figure, figure.place === undefined ? 0 : within(figure.place + step));
    });
  });

  // Any measure: what each policy changes, drawn here.
  const SVG = "http://www.w3.org/2000/svg";
  const part = (parent, name, attributes, text) => {
    const found = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => found.setAttribute(key, value));
    if (text !== undefined) found.textContent = text;
    parent.append(found);
    return found;
  };
  const cut = (text, most) => Array.from(text).length > most ? Array.from(text).slice(0, most - 1).join("") + "…" : text;
  const draw = (place, measure, arms) => {
    const known = measure.arms.filter(Boolean);
    const ends = known.flatMap((one) => one.slice(0, 3)).filter((value) => value !== null).concat(0);
    let low = Math.min(...ends), high = Math.max(...ends);
    if (low === high) { low -= 1; high += 1; }
    const margin = (high - low) * 0.04, left = 250, right = 690, line = 26, tall = 34 + line * arms.length;
    low -= margin; high += margin;
    const x = (value) => left + (value - low) / (high - low) * (right - left);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 960 " + tall);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", measure.label + ": change by policy");
    part(svg, "line", { class: "zero", x1: x(0), x2: x(0), y1: 4, y2: tall - 26 });
    arms.forEach((name, row) => {
      const y = 18 + line * row, one = measure.arms[row], group = part(svg, "g", { class: "arm-" + (row + 1) });
      if (!shown.has(String(row + 1))) group.classList.add("gone");
      part(group, "title", {}, name + ": " + (one ? one[3] + " " + measure.unit + ", " + one[4] : "not known"));
      part(group, "text", { x: left - 12, y: y + 4, "text-anchor": "end" }, cut(name, 34));
      part(group, "text", { x: right + 12, y: y + 4 }, one ? cut(one[3] + " " + measure.unit, 38) : "-");
      if (!one) return;
      const colour = getComputedStyle(document.querySelector(".mark-" + (row + 1))).color;
      if (one[1] !== null) part(group, "line", { x1: x(one[1]), x2: x(one[2]), y1: y, y2: y, stroke: colour, "stroke-width": 2 });
      part(group, "circle", { cx: x(one[0]), cy: y, r: 4.5, stroke: colour, "stroke-width": 2, fill: one[5] ? colour : "#fff" });
    });
    part(svg, "text", { class: "scale", x: x(0), y: tall - 8, "text-anchor": "middle" }, "no change");
    place.replaceChildren(svg);
  };
  all(".explorer").forEach((box) => {
    const { arms, measures } = JSON.parse(box.dataset.measures);
    const select = made("select"), label = made("label", "bar", "Any measure, by policy");
    measures.forEach((measure, place) => {
      const entry = made("option", "", measure.label + (measure.unit ? " (" + measure.unit + ")" : ""));
      entry.value = place;
      select.append(entry);
    });
    label.append(select);
    const base = made("p", "note"), figure = made("figure"), chart = made("div", "chart");
    const show = () => {
      const measure = measures[Number(select.value)];
      base.textContent = "Baseline: " + measure.base + (measure.meaning ? "; " + measure.meaning : "");
      draw(chart, measure, arms);
    };
    select.addEventListener("change", show);
    chart.tabIndex = 0;
    figure.append(chart);
    box.append(label, base, figure);
    if (measures.length) { select.value = 0; show(); }
  });
})();
