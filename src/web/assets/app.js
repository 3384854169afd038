// Conveniences only: every page works without this file.
(function () {
  "use strict";
  var d = document;
  // A form is sent once: the button rests after the first click (the server would take a repeat as the same anyway).
  d.addEventListener("submit", function (e) {
    var form = e.target;
    if (!form.hasAttribute("data-once")) return;
    if (form.getAttribute("data-sent")) { e.preventDefault(); return; }
    form.setAttribute("data-sent", "1");
    var b = form.querySelector("button[type=submit]");
    if (b) { b.setAttribute("aria-disabled", "true"); b.textContent = "正在提交…"; }
  });
  // Coming back by the browser's back button: the form may be sent again.
  window.addEventListener("pageshow", function (e) {
    if (!e.persisted) return;
    Array.prototype.forEach.call(d.querySelectorAll("form[data-sent]"), function (f) { f.removeAttribute("data-sent"); });
  });
  // What went wrong is read first.
  var focus = d.querySelector("[data-focus]");
  if (focus) focus.focus();
  // A link to a field or section inside a closed part opens it.
  function open() {
    var id = location.hash.slice(1), el = id && d.getElementById(id);
    for (var p = el; p; p = p.parentElement) if (p.tagName === "DETAILS") p.open = true;
    if (el && /^(INPUT|SELECT|TEXTAREA)$/.test(el.tagName)) el.focus();
  }
  window.addEventListener("hashchange", open);
  open();
  // One group of the navigation open at a time; a click elsewhere or Escape closes it.
  var menus = d.querySelectorAll("[data-menu]");
  function close(but) {
    Array.prototype.forEach.call(menus, function (m) { if (m !== but) m.removeAttribute("open"); });
  }
  d.addEventListener("click", function (e) { close(e.target.closest && e.target.closest("[data-menu]")); });
  d.addEventListener("keydown", function (e) {
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
    if (e.key === "Escape") {
      var open = d.querySelector("[data-menu][open]");
      close(null);
      if (open) open.querySelector("summary").focus();
    }
    // "/" goes to the search field, unless something is being typed
    var find = d.querySelector("[data-find]");
    if (e.key === "/" && !typing && !e.ctrlKey && !e.altKey && !e.metaKey && find) { e.preventDefault(); find.focus(); }
  });
  // One box ticks all of its column.
  Array.prototype.forEach.call(d.querySelectorAll("[data-all]"), function (all) {
    all.hidden = false;
    all.addEventListener("change", function () {
      Array.prototype.forEach.call(d.getElementsByName(all.getAttribute("data-all")), function (b) { b.checked = all.checked; });
    });
  });
  // Look-alikes of a report that is being typed: asked for when a field that can tell is left; typing goes on, pressing the button is not needed.
  var hints = d.querySelector("[data-hints]"), report = hints && d.getElementById(hints.getAttribute("data-hints"));
  if (report && window.fetch && window.URLSearchParams && window.DOMParser) {
    var asked = "";
    report.addEventListener("change", function (e) {
      var tell = ["reporterPhone", "reporterId", "respondent", "respondentUscc", "project"], said = new URLSearchParams(), any = false;
      if (tell.indexOf(e.target.name) < 0) return;
      tell.concat("reporterName").forEach(function (k) {
        var v = report.elements[k] ? report.elements[k].value.trim() : "";
        if (v) { said.append(k, v); any = any || k !== "respondentUscc" && k !== "reporterName"; }
      });
      var now = said.toString();
      if (!any || now === asked) return;
      asked = now;
      fetch("/filings/hints", { method: "POST", headers: { "x-part": "hints" }, body: said }).then(function (r) { return r.ok ? r.text() : ""; }).then(function (t) {
        if (now !== asked) return; // somebody typed on: a later answer counts
        var part = t && new DOMParser().parseFromString(t, "text/html").getElementById("hints");
        hints.textContent = "";
        if (part) hints.appendChild(d.importNode(part, true));
      }, function () { asked = ""; });
    });
  }
  // Printing.
  Array.prototype.forEach.call(d.querySelectorAll("[data-print]"), function (b) {
    b.hidden = false;
    b.addEventListener("click", function () { window.print(); });
  });
  Array.prototype.forEach.call(d.querySelectorAll(".nojs"), function (n) { n.hidden = true; });
})();
