// A telephone without WeChat: storage, files, log-in, and wx.request answered by a function or passed on to a real server.
const fs = require('fs')

/** `answer(asked)` gives `{ statusCode, data }`, throws to break the line, or gives a promise of either. */
function telephone(answer, files) {
  const storage = new Map()
  const asked = []
  const went = []
  const bytes = path => (files && files[path]) || fs.readFileSync(path)
  return {
    asked,
    went,
    storage,
    getStorageSync: k => storage.get(k) || '',
    // as a telephone does it: a copy
    setStorageSync: (k, v) => storage.set(k, typeof v === 'string' ? v : JSON.parse(JSON.stringify(v))),
    removeStorageSync: k => storage.delete(k),
    login: o => setTimeout(() => o.success({ code: 'wx-code-1' })),
    request(o) {
      const url = new URL(o.url)
      const one = { method: o.method, url: o.url, path: url.pathname + url.search, header: o.header, data: o.data }
      asked.push(one)
      Promise.resolve().then(() => answer(one, asked.length)).then(
        got => o.success({ statusCode: got.statusCode, header: got.header || {}, data: typeof got.data === 'string' ? got.data : got.data === undefined ? '' : JSON.stringify(got.data) }),
        () => o.fail({ errMsg: 'request:fail' })
      )
    },
    getFileSystemManager: () => ({
      getFileInfo: o => setTimeout(() => o.success({ size: bytes(o.filePath).length })),
      readFile(o) {
        const b = bytes(o.filePath).subarray(o.position, o.position + o.length)
        setTimeout(() => o.success({ data: Uint8Array.from(b).buffer }))
      }
    }),
    chooseMedia: o => o.success({ tempFiles: [{ tempFilePath: 'photo-1' }] }),
    redirectTo: o => went.push(o.url),
    navigateTo: o => went.push(o.url),
    setClipboardData: o => went.push(o.data),
    makePhoneCall: o => went.push(o.phoneNumber)
  }
}
module.exports = { telephone }
