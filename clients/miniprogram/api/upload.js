// A photo or paper in parts: what was sent before the line broke is not sent again, also after the mini-program was closed.
const { Sha256, hex, base64, utf8 } = require('./sha256')
const { Problem } = require('./client')

/** Bytes read at once while the sum of a file is made. */
const STEP = 1024 * 1024
/** A picture above this is made smaller before it is sent, where the telephone can. */
const LARGE = 1500000

function reader(api, path) {
  const files = api.getFileSystemManager()
  return {
    size: () => new Promise((resolve, reject) => files.getFileInfo({ filePath: path, success: i => resolve(i.size), fail: () => reject(gone()) })),
    read: (position, length) => new Promise((resolve, reject) => {
      files.readFile({ filePath: path, position, length, success: r => resolve(new Uint8Array(r.data)), fail: () => reject(gone()) })
    })
  }
}
function gone() {
  return new Problem({ code: 'file_gone', detail: '照片打不开。请重新选择。' }, 0)
}
function sum(file, size) {
  const sha = new Sha256()
  const on = at => (at >= size ? hex(sha.end()) : file.read(at, Math.min(STEP, size - at)).then(b => {
    sha.add(b)
    return on(at + b.length)
  }))
  return Promise.resolve(on(0))
}

/** The picture, smaller where the telephone can; the picture itself otherwise. */
function smaller(api, path) {
  return reader(api, path).size().then(size => new Promise(resolve => {
    if (size < LARGE || !api.compressImage) {
      resolve(path)
      return
    }
    api.compressImage({ src: path, quality: 80, success: r => resolve(r.tempFilePath), fail: () => resolve(path) })
  }))
}

/**
 * Brings a file to a filing and gives its id. `photo`: `path` of the file, `kind` (`photo`, `wage_slip`, `attendance` …), `name`.
 * `told(share)` hears how far it is, from 0 to 1.
 */
function upload(client, api, filing, photo, told) {
  const file = reader(api, photo.path)
  const say = told || (() => {})
  return file.size().then(size => sum(file, size).then(sha256 => {
    const body = { kind: photo.kind, name: photo.name || '', size, sha256 }
    // the key names the content and the place: chosen again, it is the same upload
    const name = hex(new Sha256().add(utf8(filing + JSON.stringify(body))).end()).slice(0, 40)
    const begin = turn => client.call('beginFile', { path: { id: filing }, body, key: `p${turn}-${name}` })
      .then(up => client.call('getFileUpload', { path: { id: up.id } }))
      .then(up => {
        if (up.state === 'finished') return up.evidence
        if (up.state === 'open') return parts(up)
        // its time was over: another one
        if (turn < 3) return begin(turn + 1)
        throw new Problem({ code: 'upload_ended', detail: '没有传上来。请再传一次。' }, 409)
      })
    const parts = up => {
      const next = n => {
        say((n - 1) / up.parts)
        if (n > up.parts) return undefined
        if (up.received.indexOf(n) >= 0) return next(n + 1)
        const at = (n - 1) * up.partSize
        return file.read(at, Math.min(up.partSize, size - at)).then(b => {
          const digest = base64(new Sha256().add(b).end())
          const bytes = b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength)
          return client.call('putFilePart', { path: { id: up.id, n }, body: bytes, header: { 'Content-Digest': `sha-256=:${digest}:` } })
        }).then(() => next(n + 1))
      }
      return Promise.resolve(next(1)).then(() => client.call('finishFile', { path: { id: up.id }, key: `f-${up.id}` })).then(done => {
        say(1)
        return done.id
      })
    }
    return begin(0)
  }))
}
module.exports = { upload, smaller }
