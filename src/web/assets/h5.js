// Conveniences only: every page works without this file. Written for old WebViews: the language of 2009, no promises.
(function () {
  "use strict";
  var d = document, hooks = [];
  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function fill(words, places) { return words.replace(/\{(\w+)\}/g, function (all, k) { return k in places ? places[k] : all; }); }
  // What a page's part needs is set up again when the part is exchanged.
  function start(root) { hooks.forEach(function (f) { f(root); }); }
  window.h5 = { each: each, fill: fill, start: start, on: function (f) { hooks.push(f); f(d); }, send: send, free: free };
  // A form is sent once.
  function send(form, button) {
    form.setAttribute("data-sent", "1");
    if (button) { button.setAttribute("data-word", button.textContent); button.setAttribute("aria-disabled", "true"); button.textContent = form.getAttribute("data-once"); }
  }
  function free(form) {
    form.removeAttribute("data-sent");
    each(form.querySelectorAll("[data-word]"), function (b) { b.textContent = b.getAttribute("data-word"); b.removeAttribute("data-word"); b.removeAttribute("aria-disabled"); });
  }
  var pressed = null;
  d.addEventListener("click", function (e) {
    var b = e.target;
    while (b && b.tagName !== "BUTTON") b = b.parentElement;
    if (b && b.type === "submit") pressed = b;
  });
  d.addEventListener("submit", function (e) {
    var form = e.target;
    if (!form.hasAttribute("data-once")) return;
    if (form.getAttribute("data-sent")) { e.preventDefault(); return; }
    var button = pressed && pressed.form === form ? pressed : form.querySelector("button[type=submit]");
    send(form, button);
    // the button's own name and place are part of the form
    if (window.h5.submit && !button.hasAttribute("formaction")) window.h5.submit(e, form);
  });
  window.addEventListener("pageshow", function (e) { if (e.persisted) each(d.querySelectorAll("form[data-sent]"), free); });

  hooks.push(function (root) {
    // Leaving replaces this page, so that "back" does not return to it.
    each(root.querySelectorAll("[data-leave]"), function (a) {
      a.addEventListener("click", function (e) { e.preventDefault(); location.replace(a.href); });
    });
    var focus = root.querySelector("[data-focus]");
    if (focus) focus.focus();
    each(root.querySelectorAll("[data-print]"), function (b) {
      b.hidden = false;
      b.addEventListener("click", function () { window.print(); });
    });
    // Days times daily wage.
    var days = root.querySelector("[name=days]"), daily = root.querySelector("[name=daily]"), out = root.querySelector("[data-product]");
    function count() {
      var a = parseFloat(days.value), b = parseFloat(daily.value);
      out.textContent = a > 0 && b > 0 ? fill(out.getAttribute("data-sum"), { days: a, daily: b, sum: Math.round(a * b * 100) / 100 }) : out.getAttribute("data-product");
    }
    if (days && daily && out) { days.addEventListener("input", count); daily.addEventListener("input", count); }
  });

  // What is typed is kept, at most every eight seconds, at every step, and when the page goes.
  hooks.push(function (root) {
    each(root.querySelectorAll("[data-autosave]"), function (form) {
      var waits = null, said = d.createElement("p");
      said.className = "kept"; said.setAttribute("role", "status");
      form.appendChild(said);
      function body() {
        var all = ["auto=1"];
        each(form.elements, function (f) {
          if (!f.name || f.type === "file" || f.tagName === "BUTTON" || f.name === "_key" || ((f.type === "radio" || f.type === "checkbox") && !f.checked)) return;
          all.push(encodeURIComponent(f.name) + "=" + encodeURIComponent(f.value));
        });
        return all.join("&");
      }
      function save() {
        clearTimeout(waits); waits = null;
        if (form.getAttribute("data-sent") || !d.body.contains(form)) return;
        var x = new XMLHttpRequest();
        x.open("POST", form.getAttribute("data-autosave"));
        x.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
        x.onload = function () { said.textContent = x.status === 204 ? form.getAttribute("data-saved") : ""; };
        x.onerror = function () { said.textContent = form.getAttribute("data-offline") || ""; later(); };
        x.send(body());
      }
      function later() { if (!waits) waits = setTimeout(save, 8000); }
      function typed() { said.textContent = ""; later(); }
      form.addEventListener("input", typed);
      form.addEventListener("change", typed);
      form.addEventListener("h5-step", function () { if (waits) save(); });
      window.addEventListener("pagehide", function () {
        if (!waits || form.getAttribute("data-sent") || !navigator.sendBeacon) return;
        try { navigator.sendBeacon(form.getAttribute("data-autosave"), new Blob([body()], { type: "application/x-www-form-urlencoded" })); } catch (e) { return; }
      });
    });
  });

  // One question at a time, with "back" as the telephone has it; without script the whole form is one page.
  hooks.push(function (root) {
    each(root.querySelectorAll("form[data-steps]"), function (form) {
      var parts = form.querySelectorAll("fieldset.part"), all = parts.length, acts = form.querySelector(".acts"), lead = d.querySelector(".lead"), at = -1;
      if (all < 2 || !acts) return;
      function make(tag, cls, words) { var e = d.createElement(tag); e.className = cls; if (words) e.textContent = words; return e; }
      var count = make("p", "count"), nav = make("p", "acts step"), back = make("button", "btn second", form.getAttribute("data-back")), next = make("button", "btn", form.getAttribute("data-next"));
      back.type = next.type = "button";
      nav.appendChild(next); nav.appendChild(back);
      var whole = make("button", "plain whole", form.getAttribute("data-whole"));
      whole.type = "button";
      form.insertBefore(count, parts[0]);
      form.insertBefore(nav, acts);
      form.appendChild(whole);
      form.className += " steps";
      function show(n, jump) {
        at = n;
        each(parts, function (p, i) { p.hidden = i !== n; });
        back.hidden = n === 0; nav.hidden = n === all - 1; acts.hidden = n < all - 1;
        if (lead) lead.hidden = n > 0;
        count.textContent = fill(form.getAttribute("data-steps"), { n: n + 1, all: all });
        if (n === all - 1) acts.appendChild(back); else nav.appendChild(back);
        if (!jump) return;
        // the heading of the new question is read, and stands at the top
        parts[n].setAttribute("tabindex", "-1"); parts[n].focus();
        window.scrollTo(0, 0);
        var e = d.createEvent("Event"); e.initEvent("h5-step", true, false); form.dispatchEvent(e);
      }
      function wanted() { var m = /^#step-(\d+)$/.exec(location.hash); return m && m[1] <= all ? m[1] - 1 : 0; }
      function hash() { if (form.className.indexOf("steps") > 0 && wanted() !== at) show(wanted(), true); }
      form.addEventListener("keydown", function (e) {
        if (e.keyCode !== 13 || e.target.tagName !== "INPUT" || nav.hidden || form.className.indexOf("steps") < 0) return;
        e.preventDefault(); next.click();
      });
      next.addEventListener("click", function () { location.hash = "#step-" + (at + 2); });
      back.addEventListener("click", function () { location.hash = "#step-" + at; });
      whole.addEventListener("click", function () {
        form.className = form.className.replace(" steps", "");
        each(parts, function (p) { p.hidden = false; });
        nav.hidden = count.hidden = whole.hidden = back.hidden = true; acts.hidden = false;
      });
      window.addEventListener("hashchange", hash);
      show(wanted(), false);
    });
  });
  start(d);
})();
