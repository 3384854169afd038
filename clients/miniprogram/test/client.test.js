const test = require('node:test')
const assert = require('node:assert')
const crypto = require('node:crypto')
const { create, Problem } = require('../api/client')
const { upload } = require('../api/upload')
const { Sha256, hex, base64, utf8 } = require('../api/sha256')
const { telephone } = require('./stub')

const client = wx => create({ base: 'https://city.example', wx, wait: () => 1 })
const opened = { statusCode: 201, data: { token: 't-2', expiresAt: '2026-12-31T00:00:00+08:00', me: { lang: 'zh', limited: false } } }

test('sums are those of everybody else', () => {
  for (const n of [0, 1, 55, 56, 63, 64, 65, 119, 120, 5000]) {
    const b = crypto.randomBytes(n)
    assert.strictEqual(hex(new Sha256().add(b).end()), crypto.createHash('sha256').update(b).digest('hex'), String(n))
    assert.strictEqual(base64(b), b.toString('base64'))
  }
  assert.deepStrictEqual([...utf8('欠条 a')], [...Buffer.from('欠条 a')])
})

test('a broken line is tried again under the same key', async () => {
  let n = 0
  const wx = telephone(() => {
    n += 1
    if (n < 3) throw new Error('down')
    return { statusCode: 201, data: { id: 'm1' } }
  })
  const c = client(wx)
  c.keep('t-1')
  const got = await c.call('writeMessage', { path: { id: 'f/1' }, body: { text: '请问进展' } })
  assert.deepStrictEqual(got, { id: 'm1' })
  const keys = wx.asked.map(a => a.header['Idempotency-Key'])
  assert.strictEqual(keys.length, 3)
  assert.ok(/^[!-~]{8,64}$/.test(keys[0]) && keys.every(k => k === keys[0]), String(keys))
  assert.strictEqual(wx.asked[0].path, '/api/claimant/v1/filings/f%2F1/messages')
  assert.strictEqual(wx.asked[0].header.Authorization, 'Bearer t-1')
  assert.notStrictEqual(c.key(), c.key())
})

test('a line that stays down says so and that nothing is lost', async () => {
  const wx = telephone(() => { throw new Error('down') })
  const c = client(wx)
  c.keep('t-1')
  await assert.rejects(c.call('listOwnFilings'), e => e instanceof Problem && e.code === 'offline' && e.message.includes('您填的都在'))
  assert.strictEqual(wx.asked.length, 4)
})

test('what has no key and changes something is not repeated', async () => {
  const wx = telephone(() => { throw new Error('down') })
  await assert.rejects(client(wx).call('sendCode', { body: { phone: '13900000001' } }), e => e.code === 'offline')
  assert.strictEqual(wx.asked.length, 1)
  assert.strictEqual(wx.asked[0].header.Authorization, undefined)
})

test('a problem is an error with its sentence and places', async () => {
  const body = { type: 'x', title: '填写有误', status: 422, detail: '有几处要改。', code: 'invalid_input', traceId: 'ab', errors: [{ pointer: '/report/respondent', code: 'required', message: '请填写谁欠您的工资。' }] }
  const c = client(telephone(() => ({ statusCode: 422, data: body, header: { 'Retry-After': '30' } })))
  c.keep('t-1')
  await assert.rejects(c.call('fileReport', { body: { report: {} } }), e => {
    assert.ok(e instanceof Problem)
    assert.deepStrictEqual([e.status, e.code, e.message, e.traceId, e.retryAfter], [422, 'invalid_input', '有几处要改。', 'ab', 30])
    assert.strictEqual(e.at('respondent'), '请填写谁欠您的工资。')
    assert.strictEqual(e.at('area'), '')
    return true
  })
  const odd = client(telephone(() => ({ statusCode: 500, data: '<html>' })))
  odd.keep('t-1')
  await assert.rejects(odd.call('listOwnFilings'), e => e.status === 500 && /请过几分钟再试/.test(e.message))
})

test('a session that ended is opened again and the request repeated under its key', async () => {
  const wx = telephone(a => {
    if (a.path.endsWith('/session/wechat')) return opened
    return a.header.Authorization === 'Bearer t-2' ? { statusCode: 201, data: { id: 'm1' } } : { statusCode: 401, data: { code: 'unauthenticated', detail: '请登录' } }
  })
  const c = client(wx)
  c.keep('t-1')
  assert.deepStrictEqual(await c.call('writeMessage', { path: { id: 'f1' }, body: { text: 'x' } }), { id: 'm1' })
  const sent = wx.asked.filter(a => a.path.endsWith('/messages'))
  assert.strictEqual(sent.length, 2)
  assert.strictEqual(sent[0].header['Idempotency-Key'], sent[1].header['Idempotency-Key'])
  assert.strictEqual(wx.storage.get('qingxin.token'), 't-2')
})

test('several who wait for a session open one', async () => {
  const wx = telephone(a => (a.path.endsWith('/session/wechat') ? opened : { statusCode: 200, data: { filings: [] } }))
  const c = client(wx)
  await Promise.all([c.ready(), c.ready(), c.ready()])
  assert.strictEqual(wx.asked.length, 1)
})

/** A server of uploads in memory; `breaks(n)` breaks the line at the n-th request. */
function uploads(size, breaks) {
  const up = { parts: new Map(), begun: new Map(), finished: 0, partSize: 512 * 1024 }
  up.answer = (a, n) => {
    if (breaks(n)) throw new Error('down')
    const [, id, part] = /uploads(?:\/([\w-]+))?(?:\/parts\/(\d+)|\/finish)?$/.exec(a.path)
    if (a.method === 'POST' && !id) {
      const key = a.header['Idempotency-Key']
      if (!up.begun.has(key)) up.begun.set(key, `u${up.begun.size + 1}`)
      return { statusCode: 201, data: { id: up.begun.get(key) } }
    }
    if (a.method === 'PUT') {
      const b = Buffer.from(a.data)
      assert.strictEqual(a.header['Content-Digest'], `sha-256=:${crypto.createHash('sha256').update(b).digest('base64')}:`)
      assert.strictEqual(a.header['Content-Type'], 'application/octet-stream')
      assert.ok(!up.parts.has(part), `part ${part} came twice`)
      up.parts.set(part, b)
      return { statusCode: 204 }
    }
    if (a.method === 'POST') {
      up.finished += 1
      return { statusCode: 200, data: { id: 'e1' } }
    }
    return { statusCode: 200, data: { id, state: 'open', size, partSize: up.partSize, parts: Math.ceil(size / up.partSize), received: [...up.parts.keys()].map(Number) } }
  }
  return up
}

test('a photo of twelve megabytes goes in parts and goes on where the line broke', async () => {
  const photo = crypto.randomBytes(12 * 1024 * 1024 + 7)
  const up = uploads(photo.length, n => n > 9)
  const wx = telephone(up.answer, { p: photo })
  const c = create({ base: 'https://city.example', wx, wait: () => 1, tries: 2 })
  c.keep('t-1')
  await assert.rejects(upload(c, wx, 'f1', { path: 'p', kind: 'photo', name: '工地.jpg' }), e => e.code === 'offline')
  assert.strictEqual(up.parts.size, 7)
  // another time, another client: the same photo is the same upload
  const again = telephone((a, n) => up.answer(a, 0), { p: photo })
  const d = create({ base: 'https://city.example', wx: again, wait: () => 1 })
  d.keep('t-1')
  const shares = []
  assert.strictEqual(await upload(d, again, 'f1', { path: 'p', kind: 'photo', name: '工地.jpg' }, s => shares.push(s)), 'e1')
  assert.strictEqual(up.begun.size, 1)
  assert.strictEqual(again.asked.filter(a => a.method === 'PUT').length, 25 - 7)
  const whole = Buffer.concat([...up.parts.entries()].sort((x, y) => x[0] - y[0]).map(x => x[1]))
  assert.ok(whole.equals(photo))
  assert.strictEqual(shares[shares.length - 1], 1)
})
