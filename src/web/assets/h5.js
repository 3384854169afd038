// Conveniences only: every page works without this file. Written for old WebViews: no arrow functions, no promises.
(function () {
  "use strict";
  var d = document;
  function each(list, f) { Array.prototype.forEach.call(list, f); }
  // Leaving replaces this page, so that "back" does not return to it.
  each(d.querySelectorAll("[data-leave]"), function (a) {
    a.addEventListener("click", function (e) { e.preventDefault(); location.replace(a.href); });
  });
  // A form is sent once.
  function send(form, button) {
    form.setAttribute("data-sent", "1");
    if (button) { button.setAttribute("data-word", button.textContent); button.setAttribute("aria-disabled", "true"); button.textContent = form.getAttribute("data-once"); }
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
    send(form, pressed && pressed.form === form ? pressed : form.querySelector("button[type=submit]"));
  });
  window.addEventListener("pageshow", function (e) {
    if (!e.persisted) return;
    each(d.querySelectorAll("form[data-sent]"), function (f) {
      f.removeAttribute("data-sent");
      each(f.querySelectorAll("[data-word]"), function (b) { b.textContent = b.getAttribute("data-word"); b.removeAttribute("aria-disabled"); });
    });
  });
  var focus = d.querySelector("[data-focus]");
  if (focus) focus.focus();
  each(d.querySelectorAll("[data-print]"), function (b) {
    b.hidden = false;
    b.addEventListener("click", function () { window.print(); });
  });
  // Days times daily wage.
  var days = d.querySelector("[name=days]"), daily = d.querySelector("[name=daily]"), out = d.querySelector("[data-product]");
  function count() {
    var a = parseFloat(days.value), b = parseFloat(daily.value);
    out.textContent = a > 0 && b > 0 ? a + " × " + b + " = " + (Math.round(a * b * 100) / 100) : out.getAttribute("data-product");
  }
  if (days && daily && out) { days.addEventListener("input", count); daily.addEventListener("input", count); }
  // What is typed is kept, at most every eight seconds.
  each(d.querySelectorAll("[data-autosave]"), function (form) {
    var waits = null, said = d.createElement("p");
    said.className = "kept"; said.setAttribute("role", "status");
    form.appendChild(said);
    function save() {
      waits = null;
      if (form.getAttribute("data-sent")) return;
      var body = ["auto=1"];
      each(form.elements, function (f) {
        if (!f.name || f.type === "file" || f.name === "_key" || ((f.type === "radio" || f.type === "checkbox") && !f.checked)) return;
        body.push(encodeURIComponent(f.name) + "=" + encodeURIComponent(f.value));
      });
      var x = new XMLHttpRequest();
      x.open("POST", form.getAttribute("data-autosave"));
      x.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      x.onload = function () { said.textContent = x.status === 204 ? form.getAttribute("data-saved") : ""; };
      x.send(body.join("&"));
    }
    function later() { said.textContent = ""; if (!waits) waits = setTimeout(save, 8000); }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
  });
  // Photos: shown small, and made smaller before they are sent where the browser can.
  var SIDE = 2048, LARGE = 1500000;
  function smaller(file, done) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < LARGE || !window.FileReader || !d.createElement("canvas").toBlob) { done(file); return; }
    // read as data: the page's policy lets no other picture in
    var img = new Image(), r = new FileReader();
    img.onerror = r.onerror = function () { done(file); };
    img.onload = function () {
      var k = Math.min(1, SIDE / Math.max(img.width, img.height)), c = d.createElement("canvas");
      c.width = Math.round(img.width * k); c.height = Math.round(img.height * k);
      c.getContext("2d").drawImage(img, 0, 0, c.width, c.height);
      c.toBlob(function (b) { done(b && b.size < file.size ? new File([b], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file); }, "image/jpeg", 0.85);
    };
    r.onload = function () { img.src = r.result; };
    r.readAsDataURL(file);
  }
  each(d.querySelectorAll("[data-photos]"), function (input) {
    var list = d.createElement("ul");
    list.className = "thumbs";
    input.parentNode.appendChild(list);
    input.addEventListener("change", function () {
      var files = Array.prototype.slice.call(input.files), made = [], left = files.length;
      list.textContent = "";
      files.forEach(function (f, i) {
        var li = d.createElement("li");
        if (/^image\//.test(f.type) && window.FileReader) {
          var img = d.createElement("img"), r = new FileReader();
          img.alt = ""; r.onload = function () { img.src = r.result; }; r.readAsDataURL(f);
          li.appendChild(img);
        }
        li.appendChild(d.createTextNode(f.name.length > 14 ? f.name.slice(0, 6) + "…" + f.name.slice(-6) : f.name));
        list.appendChild(li);
        smaller(f, function (x) {
          made[i] = x;
          if (--left) return;
          // an old browser cannot fill a file field: the photos go as they are
          try { var t = new DataTransfer(); made.forEach(function (m) { t.items.add(m); }); input.files = t.files; } catch (e) { return; }
        });
      });
    });
  });
})();
