// SHA-256 (FIPS 180-4), fed piece by piece: the mini-program has no such function of its own.
const K = []
const PRIMES = []
for (let n = 2; PRIMES.length < 64; n++) {
  if (PRIMES.every(p => n % p !== 0)) {
    PRIMES.push(n)
    K.push(((Math.pow(n, 1 / 3) % 1) * 4294967296) | 0)
  }
}
const right = (x, n) => (x >>> n) | (x << (32 - n))

function Sha256() {
  this.h = PRIMES.slice(0, 8).map(p => ((Math.pow(p, 1 / 2) % 1) * 4294967296) | 0)
  this.rest = new Uint8Array(64)
  this.held = 0
  this.bytes = 0
  this.w = []
}
Sha256.prototype.block = function (b, at) {
  const w = this.w
  for (let i = 0; i < 16; i++) w[i] = (b[at + 4 * i] << 24) | (b[at + 4 * i + 1] << 16) | (b[at + 4 * i + 2] << 8) | b[at + 4 * i + 3]
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]
    const y = w[i - 2]
    w[i] = (w[i - 16] + (right(x, 7) ^ right(x, 18) ^ (x >>> 3)) + w[i - 7] + (right(y, 17) ^ right(y, 19) ^ (y >>> 10))) | 0
  }
  let [a, b2, c, d, e, f, g, h] = this.h
  for (let i = 0; i < 64; i++) {
    const x = (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0
    const y = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b2) ^ (a & c) ^ (b2 & c))) | 0
    h = g; g = f; f = e; e = (d + x) | 0; d = c; c = b2; b2 = a; a = (x + y) | 0
  }
  const next = [a, b2, c, d, e, f, g, h]
  this.h = this.h.map((v, i) => (v + next[i]) | 0)
}
/** Takes bytes. */
Sha256.prototype.add = function (b) {
  this.bytes += b.length
  for (let i = 0; i < b.length;) {
    if (!this.held && b.length - i >= 64) {
      this.block(b, i)
      i += 64
      continue
    }
    this.rest[this.held++] = b[i++]
    if (this.held === 64) {
      this.block(this.rest, 0)
      this.held = 0
    }
  }
  return this
}
/** The 32 bytes. */
Sha256.prototype.end = function () {
  const bytes = this.bytes
  const pad = new Uint8Array((this.held < 56 ? 56 : 120) - this.held + 8)
  const n = pad.length
  pad[0] = 128
  for (let i = 0; i < 4; i++) {
    pad[n - 1 - i] = (bytes << 3) >>> (8 * i)
    pad[n - 5 - i] = Math.floor(bytes / 536870912) >>> (8 * i)
  }
  this.add(pad)
  const out = new Uint8Array(32)
  for (let i = 0; i < 32; i++) out[i] = this.h[i >> 2] >>> (24 - 8 * (i & 3))
  return out
}

function hex(bytes) {
  return Array.prototype.map.call(bytes, x => (x < 16 ? '0' : '') + x.toString(16)).join('')
}
function base64(bytes) {
  const abc = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes[i] << 16) | ((bytes[i + 1] || 0) << 8) | (bytes[i + 2] || 0)
    out += abc[n >> 18] + abc[(n >> 12) & 63] + (i + 1 < bytes.length ? abc[(n >> 6) & 63] : '=') + (i + 2 < bytes.length ? abc[n & 63] : '=')
  }
  return out
}
/** Bytes of a text, UTF-8. */
function utf8(text) {
  const coded = encodeURIComponent(text)
  const out = []
  for (let i = 0; i < coded.length; i++) {
    if (coded[i] === '%') {
      out.push(parseInt(coded.substr(i + 1, 2), 16))
      i += 2
    } else out.push(coded.charCodeAt(i))
  }
  return new Uint8Array(out)
}
module.exports = { Sha256, hex, base64, utf8 }
