const test = require('node:test')
const assert = require('node:assert')
const fs = require('fs')
const path = require('path')
const { telephone } = require('./stub')
const { open, happens, until } = require('./simulator')

const at = '2026-11-23T09:00:00+08:00'
const expects = [{ what: '决定是否立案', by: '2026-11-30', provisional: false, why: '从 2026-11-23 起算 5 个工作日' }]
const receipt = { number: 'DJ-7K3M9-PQR2X', secret: 'QZ-7K3M9-PQR2X', receivedAt: at, bureau: '奎文区人力资源和社会保障局', expects, proof: { text: 'x', signature: 'y' } }
const LONG = '阿'.repeat(40)

/** A server as far as a page needs it: each operation of the table answers once or always. */
function server(table) {
  return a => {
    for (const [match, answer] of table) {
      if (match.test(`${a.method} ${a.path}`)) return typeof answer === 'function' ? answer(a) : answer
    }
    throw new Error(`not asked for: ${a.method} ${a.path}`)
  }
}
const ok = data => ({ statusCode: 200, data })
const session = [/POST .*session\/wechat/, { statusCode: 201, data: { token: 't', expiresAt: at, me: { lang: 'zh', limited: false } } }]

test('every page of the package has its files, and the package names nothing that is not there', () => {
  const root = path.join(__dirname, '..')
  const app = JSON.parse(fs.readFileSync(path.join(root, 'app.json'), 'utf8'))
  assert.strictEqual(app.pages.length, 5)
  for (const page of app.pages) {
    for (const kind of ['js', 'json', 'wxml', 'wxss']) assert.ok(fs.existsSync(path.join(root, `${page}.${kind}`)), `${page}.${kind}`)
    const title = JSON.parse(fs.readFileSync(path.join(root, `${page}.json`), 'utf8')).navigationBarTitleText
    assert.ok(!/薪|工资|欠|反映|投诉/.test(title), `${title} tells`)
    const code = fs.readFileSync(path.join(root, `${page}.js`), 'utf8')
    for (const [, to] of code.matchAll(/\/pages\/(\w+)\/\w+\?/g)) assert.ok(app.pages.includes(`pages/${to}/${to}`), to)
    for (const [, name] of code.matchAll(/call\('(\w+)'/g)) assert.ok(require('../api/operations')[name], name)
    const handlers = [...fs.readFileSync(path.join(root, `${page}.wxml`), 'utf8').matchAll(/bind\w+="(\w+)"/g)].map(m => m[1])
    for (const h of handlers) assert.ok(new RegExp(`\\n    ${h}\\(`).test(code), `${page} has no ${h}`)
  }
})

async function fillIn(it) {
  await happens(it, 'respondent', 'input', { value: LONG })
  await happens(it, 'area-picker', 'change', { value: 0 })
  await happens(it, 'from-picker', 'change', { value: '2026-08' })
  await happens(it, 'days', 'input', { value: '60' })
  await happens(it, 'daily', 'input', { value: '200.50' })
  await happens(it, 'narrative', 'input', { value: '干了三个月木工。' })
  await happens(it, 'name', 'input', { value: LONG })
  await happens(it, 'phone', 'input', { value: '13900000001' })
}

test('a report is filed, photos follow, the receipt comes', async () => {
  let tries = 0
  const photo = Buffer.alloc(700 * 1024, 7)
  const phone = telephone(server([
    session,
    [/POST .*\/filings$/, () => {
      tries += 1
      if (tries === 1) throw new Error('down')
      return { statusCode: 201, data: { outcome: 'new', filing: 'f1', receipt } }
    }],
    [/POST .*\/filings\/f1\/uploads$/, { statusCode: 201, data: { id: 'u1' } }],
    [/GET .*\/uploads\/u1$/, ok({ id: 'u1', state: 'open', size: photo.length, partSize: 512 * 1024, parts: 2, received: [] })],
    [/PUT .*\/uploads\/u1\/parts\/\d$/, { statusCode: 204 }],
    [/POST .*\/uploads\/u1\/finish$/, ok({ id: 'e1' })]
  ]), { 'photo-1': photo })
  const it = open('file', {}, phone)
  await happens(it, 'camera', 'tap')
  await happens(it, 'send', 'tap')
  assert.ok(it.text().includes('请填写谁欠您的工资') && it.text().includes('请填写 11 位手机号码'), it.text())
  assert.strictEqual(phone.asked.length, 0, 'nothing goes before it is whole')
  await fillIn(it)
  assert.ok(it.text().includes('60 天 × 200.50 元 = 12030.00 元'), it.text())
  await happens(it, 'send', 'tap')
  await happens(it, 'send', 'tap')
  await until(() => phone.went.length)
  assert.deepStrictEqual(phone.went, ['/pages/receipt/receipt?id=f1&missing=0'])
  const sent = phone.asked.filter(a => a.path.endsWith('/filings'))
  assert.strictEqual(sent.length, 2, 'the line broke once; two taps are one report')
  assert.strictEqual(sent[0].header['Idempotency-Key'], sent[1].header['Idempotency-Key'])
  const report = JSON.parse(sent[1].data).report
  assert.deepStrictEqual([report.reportedTotalFen, report.respondent, report.area, report.periodFrom, report.periodTo, report.headcount], [1203000, LONG, '奎文区', '2026-08', '至今', 1])
  assert.strictEqual(JSON.parse(phone.asked.find(a => a.path.endsWith('/uploads')).data).kind, 'wage_slip')
  assert.strictEqual(phone.asked.filter(a => a.method === 'PUT').length, 2)
  assert.strictEqual(phone.storage.get('qingxin.form'), undefined, 'what was sent is not typed again')
})

test('what is typed survives: the line, the close, and the server that refuses', async () => {
  const phone = telephone(() => { throw new Error('down') })
  phone.storage.set('qingxin.token', 't')
  const it = open('file', {}, phone)
  await fillIn(it)
  await happens(it, 'send', 'tap')
  await until(() => it.page.data.told !== '')
  assert.ok(it.text().includes('您填的都在'), it.text())
  const key = phone.asked[0].header['Idempotency-Key']
  it.page.onUnload()
  // opened again: the same form under the same key
  const problem = { code: 'invalid_input', detail: '填写有误。', errors: [{ pointer: '/report/periodFrom', code: 'future_date', message: '不能是以后的月份。' }] }
  const next = telephone(server([[/PUT .*drafts/, { statusCode: 204 }], [/POST .*\/filings$/, { statusCode: 422, data: problem }]]))
  for (const [k, v] of phone.storage) next.storage.set(k, v)
  const back = open('file', {}, next)
  assert.strictEqual(back.page.data.form.respondent, LONG)
  await happens(back, 'send', 'tap')
  await until(() => back.page.data.told !== '')
  assert.strictEqual(next.asked[0].header['Idempotency-Key'], key)
  assert.ok(back.text().includes('不能是以后的月份') && back.page.data.form.narrative === '干了三个月木工。', back.text())
  await back.page.save()
  const draft = next.asked.find(a => a.method === 'PUT')
  assert.strictEqual(JSON.parse(draft.data).body.mini.phone, '13900000001')
  assert.ok(/drafts\/[0-9a-f]{8}-[0-9a-f]{4}-4/.test(draft.path), draft.path)
})

test('the receipt is in plain words', async () => {
  const phone = telephone(server([session, [/GET .*receipt/, ok(receipt)]]))
  const it = open('receipt', { id: 'f1', missing: '2' }, phone)
  await it.begun
  for (const words of ['DJ-7K3M9-PQR2X', 'QZ-7K3M9-PQR2X', '2026-11-23 09:00', '2026-11-30 前：决定是否立案', '有 2 张照片没有传上来']) assert.ok(it.text().includes(words), `${words}: ${it.text()}`)
  await happens(it, 'copy', 'tap')
  await happens(it, 'follow', 'tap')
  assert.deepStrictEqual(phone.went, ['编号 DJ-7K3M9-PQR2X，查询码 QZ-7K3M9-PQR2X', '/pages/progress/progress?id=f1'])
})

test('progress is a story, and the own word goes back', async () => {
  const matter = {
    id: 'f1', number: 'DJ-1', receivedAt: at, respondent: LONG, amountFen: 1200000, stage: { code: 'answered', text: '已答复，请您确认' }, headcount: 1,
    bureau: '奎文区人社局', expects, answer: '已约谈单位。', can: ['confirm', 'deny', 'message'],
    story: [{ at, text: '我们收到了您的反映' }, { at: '2026-11-24T10:00:00+08:00', text: '已答复您' }],
    money: { claimedFen: 1200000, verifiedFen: 1200000, paidFen: 600000, outstandingFen: 600000 }
  }
  let answered = false
  const payment = { id: 'p1', paidOn: '2026-11-20', amountFen: 600000, payer: '用人单位', way: '银行转账', counts: true, awaitsCall: false }
  const phone = telephone(server([
    session,
    [/GET .*\/filings\/f1$/, ok(matter)],
    [/GET .*\/payments$/, () => ok({ payments: [Object.assign({}, payment, answered ? { answer: 'denied' } : {})] })],
    [/POST .*\/payments\/p1\/answer$/, () => { answered = true; return { statusCode: 204 } }],
    [/POST .*\/deny$/, { statusCode: 409, data: { code: 'not_now', detail: '现在不能这样做。' } }]
  ]))
  const it = open('progress', { id: 'f1' }, phone)
  await it.begun
  for (const words of ['已答复，请您确认', LONG, '12000.00 元', '已约谈单位。', '说是付给您 6000.00 元', '还欠 6000.00 元']) assert.ok(it.text().includes(words), `${words}: ${it.text()}`)
  assert.ok(it.text().indexOf('已答复您') < it.text().indexOf('我们收到了您的反映'), 'the newest first')
  await happens(it, 'not-got', 'tap')
  await until(() => it.text().includes('您说没收到'))
  const said = phone.asked.find(a => a.path.endsWith('/answer'))
  assert.deepStrictEqual(JSON.parse(said.data), { received: false })
  assert.ok(said.header['Idempotency-Key'])
  await happens(it, 'deny', 'tap')
  await until(() => it.text().includes('现在不能这样做'))
})

test('messages go once and stay typed when the line is down', async () => {
  let down = true
  const said = []
  const phone = telephone(server([
    session,
    [/GET .*messages/, () => ok({ messages: said.slice().reverse() })],
    [/POST .*messages/, a => {
      if (down) throw new Error('down')
      said.push({ id: String(said.length), from: 'worker', text: JSON.parse(a.data).text, at })
      return { statusCode: 201, data: { id: 'm' } }
    }]
  ]))
  const it = open('messages', { id: 'f1' }, phone)
  await it.begun
  assert.ok(it.text().includes('还没有留言'))
  await happens(it, 'text', 'input', { value: '请问进展' })
  await happens(it, 'send', 'tap')
  await until(() => it.page.data.told !== '')
  assert.strictEqual(it.page.data.text, '请问进展')
  down = false
  await happens(it, 'send', 'tap')
  await until(() => it.text().includes('您，2026-11-23 09:00'))
  const keys = new Set(phone.asked.filter(a => a.method === 'POST' && a.path.endsWith('/messages')).map(a => a.header['Idempotency-Key']))
  assert.deepStrictEqual([keys.size, said.length], [1, 1])
})

test('the first page shows what is the own', async () => {
  const line = { id: 'f1', number: 'DJ-1', receivedAt: at, respondent: LONG, amountFen: 1200000, stage: { code: 'x', text: '正在调查' } }
  const phone = telephone(server([session, [/GET .*\/filings$/, ok({ filings: [line] })]]))
  const it = open('index', {}, phone)
  await it.page.onShow()
  for (const words of [LONG, '正在调查', '12333', '110']) assert.ok(it.text().includes(words), words)
  await happens(it, 'filing', 'tap')
  assert.deepStrictEqual(phone.went, ['/pages/progress/progress?id=f1'])
})
