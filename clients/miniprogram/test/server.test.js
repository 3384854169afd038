// The package against the real server: the program that the gate has just built, on a database of its own.
const test = require('node:test')
const assert = require('node:assert')
const fs = require('fs')
const net = require('net')
const os = require('os')
const path = require('path')
const { spawn, spawnSync } = require('child_process')
const { create } = require('../api/client')
const { telephone } = require('./stub')
const { open, happens, until } = require('./simulator')

const program = process.env.QINGXIN_BIN || path.join(__dirname, '../../../target/debug/qingxin')
const there = fs.existsSync(program)
if (!there && process.env.QINGXIN_REQUIRE_SERVER) throw new Error(`no program at ${program}`)

function freePort() {
  return new Promise(resolve => {
    const s = net.createServer()
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => resolve(port))
    })
  })
}
/** wx.request over the network. */
async function pass(a) {
  const got = await fetch(a.url, { method: a.method, headers: a.header, body: a.data })
  return { statusCode: got.status, data: await got.text(), header: Object.fromEntries(got.headers) }
}

test('a report of the sample pages reaches the server, with its photo, once', { skip: !there && 'the program is not built' }, async t => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'qingxin-mp-'))
  const env = Object.assign({}, process.env, { DATABASE_URL: `sqlite://${dir}/q.db`, QINGXIN__SMS__PROVIDER: 'show', RUST_LOG: 'warn' })
  const migrated = spawnSync(program, ['migrate'], { env, cwd: dir, encoding: 'utf8' })
  assert.strictEqual(migrated.status, 0, migrated.stderr)
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const served = spawn(program, ['serve', '--listen', `127.0.0.1:${port}`], { env, cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  served.stdout.on('data', d => { log += d })
  served.stderr.on('data', d => { log += d })
  t.after(() => {
    const over = new Promise(resolve => served.on('exit', resolve))
    served.kill('SIGTERM')
    return over.then(() => fs.rmSync(dir, { recursive: true, force: true }))
  })
  let up = false
  for (let n = 0; n < 300 && !up; n++) {
    up = await fetch(`${base}/healthz`).then(r => r.ok, () => false)
    if (!up) {
      assert.strictEqual(served.exitCode, null, log)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
  assert.ok(up, log)

  // a log-in by code: WeChat is not configured here
  const phone = telephone(pass, { 'photo-1': PNG() })
  const door = create({ base, wx: phone })
  const sent = await door.call('sendCode', { body: { phone: '13900000001' } })
  const opened = await door.call('logInByPhone', { body: { phone: '13900000001', code: sent.developmentCode, name: '张测试', device: '测试' } })
  door.keep(opened.token)

  const it = open('file', {}, phone, base)
  await happens(it, 'camera', 'tap')
  await happens(it, 'respondent', 'input', { value: '李包工头' })
  await happens(it, 'area-picker', 'change', { value: 0 })
  const now = new Date()
  await happens(it, 'from-picker', 'change', { value: `${now.getFullYear() - 1}-08` })
  await happens(it, 'until-picker', 'change', { value: `${now.getFullYear() - 1}-10` })
  await happens(it, 'amount', 'input', { value: '12000' })
  await happens(it, 'name', 'input', { value: '张测试' })
  await happens(it, 'phone', 'input', { value: '13900000001' })
  await it.page.save()
  assert.strictEqual((await door.call('listDrafts')).drafts.length, 1)
  await happens(it, 'send', 'tap')
  await until(() => phone.went.length || it.page.data.told, () => it.text())
  assert.ok(phone.went.length === 1 && phone.went[0].endsWith('&missing=0'), `${phone.went} ${it.text()} ${log}`)
  const id = /id=([\w-]+)/.exec(phone.went[0])[1]
  assert.strictEqual((await door.call('listDrafts')).drafts.length, 0, 'filed, the draft is gone')
  const report = phone.asked.find(a => a.path.endsWith('/filings') && a.method === 'POST')
  const again = await door.call('fileReport', { body: JSON.parse(report.data), key: report.header['Idempotency-Key'] })
  assert.strictEqual(again.filing, id, 'the same key is the same report')
  assert.strictEqual((await door.call('listOwnFilings')).filings.length, 1)

  const slip = open('receipt', { id, missing: '0' }, phone, base)
  await slip.begun
  assert.match(slip.text(), /QZ-[A-Z0-9-]+/)
  const way = open('progress', { id }, phone, base)
  await way.begun
  assert.ok(way.text().includes('李包工头') && way.text().includes('12000.00 元'), way.text())
  const talk = open('messages', { id }, phone, base)
  await talk.begun
  await happens(talk, 'text', 'input', { value: '请问进展' })
  await happens(talk, 'send', 'tap')
  await until(() => talk.text().includes('请问进展') && !talk.page.data.sending)
  // what the server refuses is a sentence
  await assert.rejects(door.call('fileReport', { body: { report: { kind: 'complaint' } } }), e => e.status === 422 && e.errors.length > 0 && /[一-龥]/.test(e.message))
  await assert.rejects(door.call('confirmAnswer', { path: { id } }), e => e.status === 409 && /[一-龥]/.test(e.message))
})

/** A small picture. */
function PNG() {
  return Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAaklEQVR4nA3JoQEAMAgDwUgkEomMjGSg33+G1t5JQoUaDVpkFHQfRRXV1FBLmQr1o0UX3fTQS5sO/WPEFNPMMMuYCfNjxRbb7LDLmg37w8KFGw9ebBz8IyJFmgxZYhLy48QV19xwy5kLdzwFmicBhGeqBAAAAABJRU5ErkJggg==', 'base64')
}
