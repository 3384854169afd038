// Photos: shown small, made smaller where the browser can, and sent in parts that need not be sent twice. Without this file they go with
// the form. The language of 2009: old WebViews read it.
(function () {
  "use strict";
  var d = document, h5 = window.h5, each = h5.each, SIDE = 2048, LARGE = 1500000, TRIES = 6;
  // SHA-256 (FIPS 180-4), fed piece by piece.
  var K = [], PRIMES = [];
  (function () {
    for (var n = 2; PRIMES.length < 64; n++) {
      var prime = true;
      for (var i = 0; i < PRIMES.length && prime; i++) prime = n % PRIMES[i] !== 0;
      if (prime) { PRIMES.push(n); K.push((Math.pow(n, 1 / 3) % 1) * 4294967296 | 0); }
    }
  })();
  function Sha() {
    this.h = PRIMES.slice(0, 8).map(function (p) { return (Math.pow(p, 1 / 2) % 1) * 4294967296 | 0; });
    this.rest = new Uint8Array(64); this.held = 0; this.bytes = 0; this.w = [];
  }
  Sha.prototype.block = function (b, at) {
    var w = this.w, h = this.h, i, x, y;
    for (i = 0; i < 16; i++) w[i] = b[at + 4 * i] << 24 | b[at + 4 * i + 1] << 16 | b[at + 4 * i + 2] << 8 | b[at + 4 * i + 3];
    for (; i < 64; i++) {
      x = w[i - 15]; y = w[i - 2];
      w[i] = (w[i - 16] + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) + w[i - 7] + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0;
    }
    var a = h[0], c = h[1], e = h[2], f = h[3], g = h[4], j = h[5], k = h[6], l = h[7];
    for (i = 0; i < 64; i++) {
      x = (l + (((g >>> 6) | (g << 26)) ^ ((g >>> 11) | (g << 21)) ^ ((g >>> 25) | (g << 7))) + ((g & j) ^ (~g & k)) + K[i] + w[i]) | 0;
      y = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & c) ^ (a & e) ^ (c & e))) | 0;
      l = k; k = j; j = g; g = (f + x) | 0; f = e; e = c; c = a; a = (x + y) | 0;
    }
    h[0] = (h[0] + a) | 0; h[1] = (h[1] + c) | 0; h[2] = (h[2] + e) | 0; h[3] = (h[3] + f) | 0;
    h[4] = (h[4] + g) | 0; h[5] = (h[5] + j) | 0; h[6] = (h[6] + k) | 0; h[7] = (h[7] + l) | 0;
  };
  Sha.prototype.add = function (b) {
    this.bytes += b.length;
    for (var i = 0; i < b.length;) {
      if (!this.held && b.length - i >= 64) { this.block(b, i); i += 64; continue; }
      this.rest[this.held++] = b[i++];
      if (this.held === 64) { this.block(this.rest, 0); this.held = 0; }
    }
    return this;
  };
  Sha.prototype.end = function () {
    var bytes = this.bytes, pad = new Uint8Array((this.held < 56 ? 56 : 120) - this.held + 8), n = pad.length, high = Math.floor(bytes / 536870912), low = bytes << 3, out = new Uint8Array(32);
    pad[0] = 128;
    for (var i = 0; i < 4; i++) { pad[n - 1 - i] = low >>> (8 * i); pad[n - 5 - i] = high >>> (8 * i); }
    this.add(pad);
    for (i = 0; i < 32; i++) out[i] = this.h[i >> 2] >>> (24 - 8 * (i & 3));
    return out;
  };
  function hex(b) { var s = ""; each(b, function (x) { s += (x < 16 ? "0" : "") + x.toString(16); }); return s; }
  function base64(b) { return btoa(String.fromCharCode.apply(null, b)); }

  function ascii(s) { var t = encodeURIComponent(s), b = new Uint8Array(t.length); for (var i = 0; i < t.length; i++) b[i] = t.charCodeAt(i); return b; }

  // One question, asked again while the line is down; `done` gets the request, or null when it stayed down.
  function ask(method, path, heads, body, said, done) {
    var tries = 0;
    function go() {
      var x = new XMLHttpRequest();
      x.open(method, path);
      x.setRequestHeader("Accept", "application/json");
      for (var k in heads) x.setRequestHeader(k, heads[k]);
      x.timeout = 120000;
      x.onload = function () { if (x.status === 503 || x.status === 429 && method !== "POST") again(); else done(x); };
      x.onerror = x.ontimeout = again;
      x.send(body);
    }
    function again() {
      if (++tries >= TRIES) { done(null); return; }
      said(true);
      setTimeout(function () { said(false); go(); }, Math.min(16000, 1000 << tries));
    }
    go();
  }
  function answer(x) { try { return JSON.parse(x.responseText); } catch (e) { return {}; } }
  function code(x) {
    if (!x) return "offline";
    var a = answer(x);
    return a.errors && a.errors[0] ? a.errors[0].code : x.status === 413 ? "too_large" : a.code || "other";
  }
  function read(blob, done) {
    var r = new FileReader();
    r.onload = function () { done(new Uint8Array(r.result)); };
    r.onerror = function () { done(null); };
    r.readAsArrayBuffer(blob);
  }
  function whole(blob, done) {
    var sha = new Sha(), at = 0, STEP = 1048576;
    (function on() {
      if (at >= blob.size) { done(hex(sha.end())); return; }
      read(blob.slice(at, at + STEP), function (b) { if (!b) { done(null); return; } sha.add(b); at += STEP; setTimeout(on, 0); });
    })();
  }
  // A photo in parts. The key names the content: chosen again after a break, it goes on where it was.
  function bring(uploads, photo, said, done) {
    whole(photo.blob, function (sha) {
      if (!sha) { done(null, "other"); return; }
      // a key of the content and the place alone
      var about = JSON.stringify({ kind: photo.kind, name: photo.name, size: photo.blob.size, sha256: sha }), key = hex(new Sha().add(ascii(uploads + about)).end()).slice(0, 40);
      begin(0);
      function begin(turn) {
        ask("POST", uploads, { "Content-Type": "application/json", "Idempotency-Key": "p" + turn + "-" + key }, about, said.line, function (x) {
          if (!x || x.status !== 201) { done(null, code(x)); return; }
          var id = answer(x).id;
          ask("GET", "/h5/uploads/" + id, {}, null, said.line, function (x) {
            if (!x || x.status !== 200) { done(null, code(x)); return; }
            var up = answer(x);
            if (up.state === "finished") { done(up.evidence); return; }
            if (up.state !== "open") { if (turn < 3) begin(turn + 1); else done(null, "other"); return; }
            part(up, 1);
          });
        });
      }
      function part(up, n) {
        said.share((n - 1) / up.parts);
        if (n > up.parts) { finish(up); return; }
        if (up.received.indexOf(n) >= 0) { part(up, n + 1); return; }
        read(photo.blob.slice((n - 1) * up.partSize, n * up.partSize), function (b) {
          if (!b) { done(null, "other"); return; }
          var head = { "Content-Type": "application/octet-stream", "Content-Digest": "sha-256=:" + base64(new Sha().add(b).end()) + ":" };
          ask("PUT", "/h5/uploads/" + up.id + "/parts/" + n, head, b.buffer, said.line, function (x) {
            if (!x || x.status !== 204) done(null, code(x)); else part(up, n + 1);
          });
        });
      }
      function finish(up) {
        ask("POST", "/h5/uploads/" + up.id + "/finish", { "Idempotency-Key": "f-" + up.id }, null, said.line, function (x) {
          if (!x || x.status !== 200) done(null, code(x)); else done(answer(x).id);
        });
      }
    });
  }

  function smaller(file, done) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < LARGE || !d.createElement("canvas").toBlob) { done(file); return; }
    // read as data: the page's policy lets no other picture in
    var img = new Image(), r = new FileReader();
    img.onerror = r.onerror = function () { done(file); };
    img.onload = function () {
      var k = Math.min(1, SIDE / Math.max(img.width, img.height)), c = d.createElement("canvas");
      c.width = Math.round(img.width * k); c.height = Math.round(img.height * k);
      c.getContext("2d").drawImage(img, 0, 0, c.width, c.height);
      c.toBlob(function (b) { done(b && b.size < file.size ? b : file); }, "image/jpeg", 0.85);
    };
    r.onload = function () { img.src = r.result; };
    r.readAsDataURL(file);
  }
  function able() { return window.FileReader && window.Uint8Array && window.FormData && Blob.prototype.slice; }

  h5.on(function (root) {
    each(root.querySelectorAll("[data-photos]"), function (input) {
      if (input.getAttribute("data-watched")) return;
      var list = d.createElement("ul");
      list.className = "thumbs";
      input.parentNode.appendChild(list);
      // a plain button in the page's language instead of the browser's own
      var pick = d.createElement("label"), f = input.form;
      pick.className = "btn second pick";
      pick.textContent = f && f.getAttribute(input.hasAttribute("capture") ? "data-camera" : "data-album");
      if (pick.textContent) {
        pick.htmlFor = input.id;
        input.parentNode.insertBefore(pick, list);
        input.parentNode.className += " picks";
      }
      watch(input, list);
    });
  });
  function watch(input, list) {
    input.setAttribute("data-watched", "1");
    input.addEventListener("change", function () {
      var files = Array.prototype.slice.call(input.files), shown = [];
      if (!input.hasAttribute("capture")) list.textContent = "";
      files.forEach(function (f) {
        var li = d.createElement("li");
        if (/^image\//.test(f.type) && window.FileReader) {
          var img = d.createElement("img"), r = new FileReader();
          img.alt = ""; r.onload = function () { img.src = r.result; }; r.readAsDataURL(f);
          li.appendChild(img);
        }
        li.appendChild(d.createTextNode(f.name.length > 14 ? f.name.slice(0, 6) + "…" + f.name.slice(-6) : f.name));
        list.appendChild(li);
        shown.push(li);
      });
      // the camera gives one at a time: there is a field for the next one
      if (input.hasAttribute("capture") && files.length && !input.getAttribute("data-more")) {
        var more = input.cloneNode(false);
        more.value = "";
        input.setAttribute("data-more", "1");
        more.id = input.id + "x";
        var pick = input.nextElementSibling, word = input.form.getAttribute("data-retake") || "";
        if (pick && pick.tagName === "LABEL") { pick.htmlFor = more.id; pick.textContent = word; } else more.setAttribute("aria-label", word);
        input.parentNode.insertBefore(more, pick || list);
        input.hidden = true;
        watch(more, list);
      }
    });
  }

  function chosen(form) {
    var all = [];
    each(form.querySelectorAll("[data-photos]"), function (input) {
      each(input.files || [], function (f) { all.push({ file: f, name: f.name, kind: input.getAttribute("data-kind") }); });
    });
    return all;
  }
  function hidden(form, name, value) {
    var i = d.createElement("input");
    i.type = "hidden"; i.name = name; i.value = value; form.appendChild(i);
  }
  function speaker(form) {
    var p = form.querySelector(".sending");
    if (!p) { p = d.createElement("p"); p.className = "sending"; p.setAttribute("role", "status"); var acts = form.querySelectorAll(".acts"); form.insertBefore(p, acts[acts.length - 1]); }
    return p;
  }
  // Brings the photos one after the other; `done` gets what was kept and what was not.
  function all(form, uploads, photos, done) {
    var p = speaker(form), kept = [], missing = [], i = 0;
    (function one() {
      if (i >= photos.length) { p.textContent = ""; done(kept, missing.join("-")); return; }
      var photo = photos[i], n = i + 1;
      function share(x) { p.textContent = h5.fill(form.getAttribute("data-part"), { n: n, all: photos.length, p: Math.round(100 * x) }); }
      share(0);
      smaller(photo.file, function (blob) {
        photo.blob = blob;
        bring(uploads, photo, { share: share, line: function (down) { if (down) p.textContent = form.getAttribute("data-offline"); } }, function (id, why) {
          if (id) kept.push(id); else missing.push(n + "." + why);
          i++; one();
        });
      });
    })();
  }
  // The form's own answer instead of this page's part, with the photos that were chosen.
  function exchange(form, x) {
    var main = d.querySelector("main"), fresh = null, fields = {};
    try { fresh = new DOMParser().parseFromString(x.responseText, "text/html").querySelector("main"); } catch (e) { fresh = null; }
    if (!fresh) { d.open(); d.write(x.responseText); d.close(); return; }
    each(form.querySelectorAll("[data-photos]"), function (i) { fields[i.name] = i.parentNode; });
    main.innerHTML = fresh.innerHTML;
    each(main.querySelectorAll("[data-photos]"), function (i) {
      if (fields[i.name]) i.parentNode.parentNode.replaceChild(fields[i.name], i.parentNode);
    });
    h5.start(main);
    window.scrollTo(0, 0);
  }
  h5.submit = function (e, form) {
    if (!form.hasAttribute("data-uploads") || !able()) return;
    var photos = chosen(form), uploads = form.getAttribute("data-uploads"), kept = form.getAttribute("data-kept");
    if (!uploads) {
      // the words first: without photos, under the form's key
      e.preventDefault();
      var data = new FormData(), p = speaker(form);
      each(form.elements, function (f) { if (f.name && f.type !== "file" && f.tagName !== "BUTTON") data.append(f.name, f.value); });
      ask("POST", form.action, {}, data, function (down) { p.textContent = down ? form.getAttribute("data-offline") : ""; }, function (x) {
        if (!x) { h5.free(form); p.textContent = form.getAttribute("data-again"); return; }
        // the session ended meanwhile: the form itself keeps the words over the log-in, photos are chosen again
        if (x.status === 401) { each(form.querySelectorAll("[data-photos]"), function (i) { i.disabled = true; }); form.submit(); return; }
        if (x.status !== 200) {
          if (/html/.test(x.getResponseHeader("Content-Type"))) { exchange(form, x); return; }
          h5.free(form); p.textContent = form.getAttribute("data-again"); return;
        }
        var next = answer(x);
        all(form, next.uploads, photos, function (k, missing) { location.replace(missing ? next.missing + missing : next.then); });
      });
      return;
    }
    if (!photos.length) return;
    e.preventDefault();
    all(form, uploads, photos, function (k, missing) {
      if (!kept) { location.href = missing ? form.getAttribute("data-missing") + missing : form.getAttribute("data-then"); return; }
      k.forEach(function (id) { hidden(form, kept, id); });
      if (missing) hidden(form, "missing", missing);
      each(form.querySelectorAll("[data-photos]"), function (i) { i.disabled = true; });
      form.submit();
    });
  };
  // for the tests, and for whoever wants the same sum
  h5.sha256 = function (bytes) { return hex(new Sha().add(bytes).end()); };
})();
