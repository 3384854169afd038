// wx.request for /api/claimant/v1: address, token, keys of what must happen once, repeats on a bad line, errors with a sentence.
// What there is to call stands in operations.js and claimant.d.ts; both are generated, see README.
const operations = require('./operations')

/** The line was down: nobody knows whether the request arrived. The same call may be made again with the same key. */
const OFFLINE = '网络不通。您填的都在，请再试一次。'
const BROKEN = '系统暂时办不了，请过几分钟再试。'
/** Statuses after which the same request may succeed. */
const AGAIN = [502, 503, 504]

/** What went wrong: `code` is stable, `message` is a Chinese sentence for the person, `errors` names the places. */
class Problem extends Error {
  constructor(body, status) {
    super(body.detail || BROKEN)
    this.name = 'Problem'
    this.status = status
    this.code = body.code || 'broken'
    this.title = body.title || ''
    this.traceId = body.traceId || ''
    this.errors = body.errors || []
    this.retryAfter = 0
  }
  /** The sentence for one place of the body, such as `/report/respondent`; by its last part too. */
  at(place) {
    const found = this.errors.find(e => e.pointer === place || e.pointer.split('/').pop() === place)
    return found ? found.message : ''
  }
}

function fill(path, values, query) {
  const used = path.replace(/\{(\w+)\}/g, (all, name) => {
    if (values[name] === undefined) throw new Error(`${path} needs ${name}`)
    return encodeURIComponent(String(values[name]))
  })
  const pairs = Object.keys(query).filter(k => query[k] !== undefined && query[k] !== null)
  return used + (pairs.length ? '?' + pairs.map(k => `${k}=${encodeURIComponent(String(query[k]))}`).join('&') : '')
}

/**
 * A client. `options`: `base` (https://host), `wx` (for tests), `device` (what this telephone calls itself), `tries` (4),
 * `wait` (milliseconds before the n-th repeat), `storage` (the name under which the token is kept), `lang` (`zh` or `en`).
 */
function create(options) {
  const api = options.wx || wx
  const storage = options.storage || 'qingxin.token'
  const tries = options.tries || 4
  const wait = options.wait || (n => 500 << n)
  let token = api.getStorageSync(storage) || ''
  let opening = null

  function keep(next) {
    token = next || ''
    if (token) api.setStorageSync(storage, token)
    else api.removeStorageSync(storage)
  }
  /** A key for what must happen once. Make it when the form opens, and send it with every try of that form. */
  function key() {
    const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
    let out = ''
    for (let i = 0; i < 24; i++) out += letters[Math.floor(Math.random() * letters.length)]
    return `m${Date.now().toString(36)}-${out}`
  }

  function once(asked) {
    return new Promise((resolve, reject) => {
      api.request({
        url: options.base + asked.path,
        method: asked.method,
        header: asked.header,
        data: asked.data,
        timeout: asked.timeout || 60000,
        // bodies are read here: a problem document is JSON of another media type
        dataType: 'text',
        success: resolve,
        fail: () => reject(new Problem({ code: 'offline', detail: OFFLINE }, 0))
      })
    })
  }
  function pause(n) {
    return new Promise(resolve => setTimeout(resolve, wait(n)))
  }
  /** Repeats what may be repeated. */
  function patiently(asked, n) {
    return once(asked).then(
      got => (AGAIN.indexOf(got.statusCode) >= 0 && asked.repeats && n + 1 < tries ? pause(n).then(() => patiently(asked, n + 1)) : got),
      e => {
        if (!asked.repeats || n + 1 >= tries) throw e
        return pause(n).then(() => patiently(asked, n + 1))
      }
    )
  }
  function read(got) {
    let body = got.data
    if (typeof body === 'string') {
      try {
        body = body ? JSON.parse(body) : undefined
      } catch (e) {
        body = got.statusCode < 300 ? got.data : {}
      }
    }
    if (got.statusCode >= 200 && got.statusCode < 300) return body
    const problem = new Problem(body || {}, got.statusCode)
    const header = got.header || {}
    problem.retryAfter = Number(header['Retry-After'] || header['retry-after'] || 0)
    throw problem
  }

  /** Calls an operation: `input` has `path`, `query`, `body`, `key`, `header` as far as it needs them. */
  function call(name, input) {
    const op = operations[name]
    if (!op) return Promise.reject(new Error(`no operation ${name}`))
    const given = input || {}
    const header = Object.assign({ Accept: 'application/json', 'Accept-Language': options.lang || 'zh' }, given.header)
    // one key for all repeats of this call
    if (op.key) header['Idempotency-Key'] = given.key || key()
    if (given.body !== undefined) header['Content-Type'] = op.octets ? 'application/octet-stream' : 'application/json'
    const asked = {
      method: op.method,
      path: fill(op.path, given.path || {}, given.query || {}),
      header,
      data: given.body === undefined || op.octets ? given.body : JSON.stringify(given.body),
      timeout: given.timeout,
      repeats: op.method !== 'POST' || op.key
    }
    const signed = () => {
      if (!op.public && token) header.Authorization = `Bearer ${token}`
      return patiently(asked, 0)
    }
    return signed()
      .then(got => {
        if (got.statusCode !== 401 || op.public) return got
        // the session ended: a new one, and the same request under the same key
        keep('')
        return logIn().then(signed)
      })
      .then(read)
  }

  /** Opens a session with what wx.login gives; several at once are one. */
  function logIn() {
    if (!opening) {
      const code = new Promise((resolve, reject) => {
        api.login({ success: r => resolve(r.code), fail: () => reject(new Problem({ code: 'offline', detail: OFFLINE }, 0)) })
      })
      opening = code
        .then(c => call('logInByWechat', { body: { code: c, device: options.device || '微信小程序' } }))
        .then(opened => {
          keep(opened.token)
          return opened.me
        })
      const over = () => { opening = null }
      opening.then(over, over)
    }
    return opening
  }
  /** Logged in, or a session is opened. */
  function ready() {
    return token ? Promise.resolve() : logIn().then(() => undefined)
  }
  return { call, key, logIn, ready, keep, hasToken: () => token !== '' }
}

module.exports = { create, Problem }
