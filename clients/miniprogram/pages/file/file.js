// 反映欠薪: photos first, who owes, where, since when, how much. Kept on the telephone and on the server while one types.
const { upload, smaller } = require('../../api/upload')

const KEPT = 'qingxin.form'
const EMPTY = { respondent: '', project: '', area: '', address: '', from: '', until: '', amount: '', days: '', daily: '', people: '1', narrative: '', name: '', phone: '' }
/** What the server calls otherwise than the form. */
const NAMES = { periodFrom: 'from', periodTo: 'until', reportedTotalFen: 'amount', headcount: 'people', reporterName: 'name', reporterPhone: 'phone' }

function uuid() {
  const hex = n => Array.from({ length: n }, () => '0123456789abcdef'[Math.floor(Math.random() * 16)]).join('')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
}
/** Yuan as typed, in fen; NaN when it is no sum. */
function fen(text) {
  const m = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(String(text).trim())
  return m ? Number(m[1]) * 100 + Number(((m[2] || '') + '00').slice(0, 2)) : NaN
}
/** Days (one decimal) times yuan a day, in fen; NaN when one of them is missing. */
function product(days, daily) {
  const d = /^\d{1,5}(\.\d)?$/.test(String(days).trim()) ? Math.round(Number(days) * 10) : NaN
  return Math.round((d * fen(daily)) / 10)
}

Component({
  data: { form: EMPTY, photos: [], areas: [], errors: {}, told: '', sending: false, line: '', product: '', monthNow: '' },
  methods: {
    onLoad() {
      const app = getApp()
      this.client = app.globalData.client
      this.api = app.globalData.wx || wx
      const kept = this.api.getStorageSync(KEPT)
      // the key lives as long as the form: whatever is tapped twice or sent again after a break is one
      this.key = (kept && kept.key) || this.client.key()
      this.draft = (kept && kept.draft) || uuid()
      const now = new Date()
      this.setData({
        areas: app.globalData.config.areas,
        form: Object.assign({}, EMPTY, kept && kept.form),
        monthNow: `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}`
      })
      this.count()
    },
    onUnload() {
      clearTimeout(this.waits)
      if (this.waits) this.save()
    },
    typed(e) {
      this.take(e.currentTarget.dataset.name, e.detail.value)
    },
    pickArea(e) {
      this.take('area', this.data.areas[e.detail.value])
    },
    take(name, value) {
      this.setData({ [`form.${name}`]: value, [`errors.${name}`]: '' })
      this.count()
      this.api.setStorageSync(KEPT, { form: this.data.form, key: this.key, draft: this.draft })
      if (!this.waits) this.waits = setTimeout(() => this.save(), 8000)
    },
    count() {
      const sum = product(this.data.form.days, this.data.form.daily)
      this.setData({ product: sum > 0 ? `${this.data.form.days} 天 × ${this.data.form.daily} 元 = ${(sum / 100).toFixed(2)} 元` : '' })
    },
    save() {
      clearTimeout(this.waits)
      this.waits = null
      return this.client.ready()
        .then(() => this.client.call('keepDraft', { path: { id: this.draft }, body: { body: { mini: this.data.form } } }))
        // what is typed is on the telephone as well
        .then(() => this.setData({ line: '已自动保存' }), () => this.setData({ line: '没有网络，先存在手机里' }))
    },
    camera() {
      this.choose(['camera'], 'wage_slip')
    },
    album() {
      this.choose(['album'], 'photo')
    },
    choose(sourceType, kind) {
      this.api.chooseMedia({
        count: 9,
        mediaType: ['image'],
        sourceType,
        success: r => this.setData({
          photos: this.data.photos.concat(r.tempFiles.map((f, i) => ({ path: f.tempFilePath, kind, name: `照片${this.data.photos.length + i + 1}.jpg`, why: '' })))
        })
      })
    },
    drop(e) {
      const at = Number(e.currentTarget.dataset.at)
      this.setData({ photos: this.data.photos.filter((p, i) => i !== at) })
    },
    /** The report as the API has it, or what is wrong by field. */
    report() {
      const f = this.data.form
      const errors = {}
      if (!f.respondent.trim() && !f.project.trim()) errors.respondent = '请填写谁欠您的工资：公司名，或者包工头的姓名。'
      if (!f.area) errors.area = '请从列表中选择。'
      if (!f.from) errors.from = '请填写从哪个月欠的。'
      if (!f.name.trim()) errors.name = '请填写您的姓名。'
      if (!/^1\d{10}$/.test(f.phone.trim())) errors.phone = '请填写 11 位手机号码。'
      if (!/^\d{1,5}$/.test(f.people) || Number(f.people) < 1) errors.people = '请用数字填写人数。'
      const counted = product(f.days, f.daily)
      let total = f.amount ? fen(f.amount) : counted
      if (f.amount && isNaN(total)) errors.amount = '请用数字填写金额，例如 12000。'
      else if (f.amount && counted > 0 && counted !== total) errors.amount = '和“天数 × 每天工资”算出来的不一样。请只填一种。'
      if (isNaN(total)) total = undefined
      const report = {
        reporterName: f.name.trim(), reporterPhone: f.phone.trim(), respondent: f.respondent.trim(), project: f.project.trim(), area: f.area,
        address: f.address.trim(), headcount: Number(f.people), reportedTotalFen: total, periodFrom: f.from, periodTo: f.until || '至今', narrative: f.narrative.trim()
      }
      return { report, errors }
    },
    send() {
      if (this.data.sending) return Promise.resolve()
      const { report, errors } = this.report()
      if (Object.keys(errors).length) {
        this.setData({ errors, told: '有几处要改一下，您填的内容都在。' })
        return Promise.resolve()
      }
      clearTimeout(this.waits)
      this.waits = null
      this.setData({ sending: true, told: '', errors: {} })
      return this.client.ready()
        .then(() => this.client.call('fileReport', { body: { report, draft: this.draft }, key: this.key }))
        .then(done => this.bring(done.filing).then(missing => {
          this.api.removeStorageSync(KEPT)
          this.setData({ sending: false })
          this.api.redirectTo({ url: `/pages/receipt/receipt?id=${done.filing}&missing=${missing}` })
        }))
        .catch(e => this.failed(e))
    },
    /** Photos one by one: one that fails spoils nothing. How many did not arrive. */
    bring(filing) {
      const photos = this.data.photos
      let missing = 0
      const one = n => {
        if (n >= photos.length) return Promise.resolve(missing)
        const told = share => this.setData({ line: `正在传第 ${n + 1} 张，共 ${photos.length} 张：${Math.round(100 * share)}%` })
        return smaller(this.api, photos[n].path)
          .then(path => upload(this.client, this.api, filing, Object.assign({}, photos[n], { path }), told))
          .catch(() => { missing += 1 })
          .then(() => one(n + 1))
      }
      return one(0)
    },
    failed(e) {
      const errors = {}
      ;(e.errors || []).forEach(x => {
        const name = x.pointer.split('/').pop()
        errors[NAMES[name] || name] = x.message
      })
      // another content came under this key before: this one is a new report
      if (e.code === 'idempotency_key_reused') this.key = this.client.key()
      this.setData({ sending: false, errors, told: e.message })
    }
  }
})
